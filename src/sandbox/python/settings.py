"""How a server is set up; src/sandbox/python-program.ts writes it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """What the server is started with; sizes are in bytes."""

    job_header: int
    job_body: int
    reply_header: int
    reply_body: int
    log_lines: int
    log_bytes: int
    error_text: int
    margin_ms: int
    folders: "list[str]" = field(default_factory=list)
    # False only in tests without a jail; python-program.ts never writes it.
    lock: bool = True
