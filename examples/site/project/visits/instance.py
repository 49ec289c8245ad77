import os
import socket


def instance_name() -> str:
    """The Nomad allocation this runs in, or the host when it runs elsewhere."""
    index = os.environ.get("NOMAD_ALLOC_INDEX")
    allocation = os.environ.get("NOMAD_SHORT_ALLOC_ID") or os.environ.get("NOMAD_ALLOC_ID", "")[:8]
    return f"index {index}, allocation {allocation}" if index and allocation else socket.gethostname()
