"""The SparkSession, with Unity Catalog as the catalog of the job's tables."""

from typing import Any

from jobkit import aws_endpoints
from jobkit.documents import PrepareJob
from jobkit.runtime import Runtime


def settings(runtime: Runtime, job: PrepareJob) -> dict[str, str]:
    """The configuration. The client secret is in it because the connector renews its own credentials with it; Spark's
    default spark.redaction.regex keeps keys with "secret" in their names out of the UI and the event log."""
    client_id, client_secret = runtime.client_credentials(job.common)
    chosen = {
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        # EMR maps s3:// to EMRFS, which does not know the vended fs.s3a.* credentials.
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint.region": aws_endpoints.region(runtime.environ, job.common.region),
    }
    endpoint = aws_endpoints.override(runtime.environ, "S3")
    if endpoint is not None:
        chosen |= {"spark.hadoop.fs.s3a.endpoint": endpoint, "spark.hadoop.fs.s3a.path.style.access": "true"}
    # The name in Spark must be the catalog's own name, so each catalog of the job is configured.
    for catalog in sorted({name.split(".")[0] for name in (job.source.table, job.output.table)}):
        key = f"spark.sql.catalog.{catalog}"
        chosen |= {
            key: "io.unitycatalog.spark.UCSingleCatalog", f"{key}.uri": job.common.host,
            f"{key}.auth.type": "oauth", f"{key}.auth.oauth.uri": f"{job.common.host}/oidc/v1/token",
            f"{key}.auth.oauth.clientId": client_id, f"{key}.auth.oauth.clientSecret": client_secret,
            f"{key}.renewCredential.enabled": "true",
        }
    return chosen


def create(runtime: Runtime, job: PrepareJob) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName(f"governed-prepare-{job.common.run.uid}-a{job.common.run.attempt}")
    for key, value in settings(runtime, job).items():
        builder = builder.config(key, value)
    return builder.getOrCreate()
