"""A /tmp of the runtime's own, as each Lambda sandbox has one.

Functions write to the literal path /tmp. Without this, what one runtime left there would be found
by the next, by another function, and by other workers. A mount namespace binds a private folder
over /tmp; whatever the runtime needs from below the machine's /tmp is bound into it first. The code
folder is read-only, as /var/task is. Where no namespace can be had, the machine's /tmp is shared
and the code folder can be written.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

_SHARED = Path("/tmp")
# Private folders live outside of /tmp, since they are bound over it.
SCRATCH = "/var/tmp"
_MOUNT_FAILED = 97

_BIND = f"""
private=$1; shift
while [ "$1" != -- ]; do
    place="$private${{1#/tmp}}"
    mkdir -p "$place" && mount --rbind "$1" "$place" || exit {_MOUNT_FAILED}
    shift
done
shift
mount --rbind "$private" /tmp || exit {_MOUNT_FAILED}
mount --bind "$LAMBDA_TASK_ROOT" "$LAMBDA_TASK_ROOT" 2>/dev/null \\
    && mount -o remount,bind,ro "$LAMBDA_TASK_ROOT" 2>/dev/null
cd "$LAMBDA_TASK_ROOT" && exec "$@"
"""


def isolated(command: Sequence[str], scratch: Path, needed: Sequence[Path]) -> list[str]:
    """The command, started so that `scratch` is its /tmp and `needed` folders are still seen."""
    namespace = mount_namespace()
    if not namespace:
        return list(command)
    below = sorted({str(p) for p in needed if p.is_relative_to(_SHARED)})
    return [*namespace, "sh", "-c", _BIND, "sh", str(scratch), *below, "--", *command]


@lru_cache(maxsize=1)
def mount_namespace() -> tuple[str, ...]:
    """The `unshare` call that works on this machine; empty where none does."""
    if shutil.which("unshare") is None:
        return ()
    user = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    call = ("unshare", *user, "--mount", "--propagation", "private")
    tried = subprocess.run(
        [*call, "sh", "-c", f"mount --rbind {SCRATCH} /tmp"], capture_output=True, check=False
    )
    return call if tried.returncode == 0 else ()
