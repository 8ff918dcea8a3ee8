"""Ingest of public filings: SEC EDGAR 10-K and 10-Q, Item 1A, as the partitioned JSON layout of the source table."""
