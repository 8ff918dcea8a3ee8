"""How a job fails: one class an exit code (docs/job-contract.md, "How a job fails")."""


class JobError(Exception):
    """A failure with a stable code and a message that says what failed, on which object, why, and what to do."""

    exit_code = 1

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class BadInput(JobError):
    """The document or the configuration is wrong; found before any work."""

    exit_code = 2


class Refused(JobError):
    """The catalog or the storage said no. Trying again does not help; somebody has to change a grant."""

    exit_code = 3


class SourceChanged(JobError):
    """What is there now is not what the run was pinned to."""

    exit_code = 4

    def __init__(self, message: str):
        super().__init__("SourceChanged", message)


class NotFound(Refused):
    """The named object does not exist, or is not visible to this identity: the services do not tell these apart."""


class PreconditionFailed(JobError):
    """An If-Match or If-None-Match did not hold; callers turn this into what it means to them."""

    def __init__(self, message: str):
        super().__init__("PreconditionFailed", message)
