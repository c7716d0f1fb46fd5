"""Fresh runtimes by fork: this process imports the function, a child of it handles the one call."""

import fcntl
import json
import os
import signal
import stat

_OURS = "/memfd:faasfuzz-"
_SET_SIGNAL = getattr(fcntl, "F_SETSIG", 10)


class Nursery(object):
    """The parent of such children. It must stay as its import left it.

    Of the two descriptors that are ours, the lifeline is a pipe that the harness holds open.
    """

    def __init__(self, descriptor, lifeline):
        self._own = (0, 1, 2, descriptor, lifeline)
        self._lifeline = lifeline
        self._offsets = {}
        self.refusal = self._look()

    def _look(self):
        """Why a child would not be what a cold start gives; None when it would."""
        if len(os.listdir("/proc/self/task")) > 1:
            return "its import started threads, which a fork does not have"
        try:
            with open("/proc/self/task/%d/children" % os.getpid()) as children:
                if children.read().strip():
                    return "its import started processes, which all calls would share"
        except OSError:
            pass  # a kernel without this list
        if signal.getsignal(signal.SIGCHLD) is not signal.SIG_DFL:
            return "its import took over the end of processes (SIGCHLD)"
        for name in os.listdir("/proc/self/fd"):
            fd = int(name)
            try:
                kind = os.fstat(fd).st_mode
                place = os.readlink("/proc/self/fd/" + name)
            except OSError:
                continue  # the listing's own
            if fd in self._own or place.startswith(_OURS):
                continue
            if stat.S_ISREG(kind):
                self._offsets[fd] = os.lseek(fd, 0, os.SEEK_CUR)
            elif not stat.S_ISCHR(kind) and not stat.S_ISDIR(kind):
                return "its import opened %s, which all calls would share" % place
        return None

    def fork(self):
        """0 in the child; in the parent what became of it, as JSON: status, KiB, CPU ns."""
        for fd, offset in self._offsets.items():
            os.lseek(fd, offset, os.SEEK_SET)  # a place that all children share
        pid = os.fork()
        if pid == 0:
            self._end_with_the_harness()
            return 0
        _, status, usage = os.wait4(pid, 0)
        code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return json.dumps(
            {
                "code": code,
                "memory": usage.ru_maxrss,
                "cpu": int((usage.ru_utime + usage.ru_stime) * 1e9),
            }
        ).encode("ascii")

    def _end_with_the_harness(self):
        """Have the kernel kill us when the lifeline breaks: our parent ends the same way.

        https://man7.org/linux/man-pages/man2/fcntl.2.html, "Managing signals"
        """
        fcntl.fcntl(self._lifeline, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(self._lifeline, _SET_SIGNAL, signal.SIGKILL)
        flags = fcntl.fcntl(self._lifeline, fcntl.F_GETFL)
        fcntl.fcntl(self._lifeline, fcntl.F_SETFL, flags | os.O_ASYNC)
