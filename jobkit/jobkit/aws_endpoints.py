"""Where the AWS services are: the regional hosts, or the overrides that every AWS SDK honours."""

from typing import Mapping

from .errors import BadInput


def region(environ: Mapping[str, str], fallback: str | None = None) -> str:
    """AWS_REGION, AWS_DEFAULT_REGION, or the region that the job document names."""
    found = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or fallback
    if not found:
        raise BadInput("BadConfiguration", "no AWS region: set AWS_REGION.")
    return found


def override(environ: Mapping[str, str], service: str) -> str | None:
    """AWS_ENDPOINT_URL_<SERVICE>, else AWS_ENDPOINT_URL, without a trailing slash; None for the real service."""
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    found = environ.get(f"AWS_ENDPOINT_URL_{service}") or environ.get("AWS_ENDPOINT_URL")
    if not found:
        return None
    if not found.startswith(("http://", "https://")):
        raise BadInput("BadConfiguration", f"the endpoint override for {service} is not a URL: it must start with http:// or https://.")
    return found.rstrip("/")
