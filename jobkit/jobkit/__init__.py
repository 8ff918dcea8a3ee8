"""What the two jobs share: their document, their identities, governed storage and their manifests."""

VERSION = "0.1.0"
