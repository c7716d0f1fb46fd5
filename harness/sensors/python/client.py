"""The fast runtime client: what AWS's awslambdaric does, over frames on one socket.

Runs as the main program of the function's process under Python 3.8 and later, standard library
only. Behaviour follows awslambdaric 4 (bootstrap.py, lambda_context.py, lambda_runtime_marshaller)
and the tests hold it against the real one.

Argument: one JSON object {"fd", "lifeline", "path", "sensors"}: the socket, a pipe that ends with
the harness, the folders that go in front of the standard library, and the folder of the sensors or
null.

A request frame is <u32 event length, u32 extra length, u64 deadline in epoch ms, 36 bytes request
id>, the extra and the event. An extra length other than 0 asks for a learning invocation and holds
a JSON object (address -> text); its highest bit asks for a fresh runtime, the next one says that it
is the client context instead. A reply frame is <u8
kind, u32 length, u64 duration ns, u64 CPU ns> and a body; kinds: 0 ready, 1 answer, 2 error, 3 init
error, 4 answer too large (its size).

A fresh call is handled by a fork of this process, which handles none itself. The child says 5
forked (its number) and, as long as it lives, its reply; then the parent says 6 ended (JSON: code,
memory in KiB, cpu in ns). 7 says that it cannot fork (why) and has done nothing. 8 is an error
after which the process ends (Node.js).
"""

import gc
import importlib
import io
import json
import os
import site
import socket
import struct
import sys
import time
import traceback

# -I keeps this folder off the path; it is there for these imports only.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lambda_context import LambdaContext
from lambda_fork import Nursery
from lambda_logging import NOW, set_up_logging

del sys.path[0]

_REQUEST = struct.Struct("<IIQ36s")
_REPLY = struct.Struct("<BIQQ")
_READY, _ANSWER, _ERROR, _INIT_ERROR, _TOO_LARGE, _FORKED, _ENDED, _CANNOT_FORK = range(8)
_FRESH = 1 << 31
_CONTEXT = 1 << 30
_RESPONSE_LIMIT = 6291556


class Fault(Exception):
    """An error of the runtime rather than of the handler (awslambdaric's FaultException)."""

    def __init__(self, kind, message, trace=None):
        Exception.__init__(self, message)
        self.kind = kind
        self.message = message
        self.trace = trace


def make_encoder():
    """awslambdaric encodes with simplejson (Decimals, named tuples); so do we where it is there."""
    ascii_only = os.environ.get("AWS_EXECUTION_ENV") in (
        "AWS_Lambda_python3.%d" % minor for minor in range(8, 12)
    )
    try:
        import simplejson
    except ImportError:
        return json.JSONEncoder(ensure_ascii=ascii_only).encode

    import decimal

    def default(value):
        if isinstance(value, decimal.Decimal):
            return float("nan") if value.is_nan() else simplejson.RawJSON(str(value))
        raise TypeError("Object of type %s is not JSON serializable" % value.__class__.__name__)

    return simplejson.JSONEncoder(
        use_decimal=False, ensure_ascii=ascii_only, allow_nan=True, default=default
    ).encode


def load_handler(name):
    try:
        module, function = name.rsplit(".", 1)
    except ValueError as error:
        raise Fault(
            "Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, error)
        ) from None
    if module.split(".")[0] in sys.builtin_module_names:
        raise Fault(
            "Runtime.BuiltInModuleConflict",
            "Cannot use built-in module %s as a handler module" % module,
        )
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        raise Fault(
            "Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module, error)
        ) from None
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise Fault(
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module '%s': %s" % (module, error),
            trace,
        ) from None
    try:
        return getattr(loaded, function)
    except AttributeError:
        raise Fault(
            "Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function, module)
        ) from None


def error_object(error, request_id):
    """errorMessage, errorType, requestId, stackTrace: no frame of ours at the top of the trace."""
    if isinstance(error, Fault):
        kind, message, trace = error.kind, error.message, error.trace
    else:
        # Plain tuples, as awslambdaric makes them: their text has no markers under the columns.
        frames = [
            (frame.filename, frame.lineno, frame.name, frame.line)
            for frame in traceback.extract_tb(error.__traceback__)
            if "/faasfuzz_sensors/" not in frame.filename
            and "/faasfuzz_hosts/" not in frame.filename
        ]
        while len(frames) > 1 and frames[0][0] == __file__:
            del frames[0]
        kind, message, trace = type(error).__name__, str(error), traceback.format_list(frames)
    return {
        "errorMessage": message,
        "errorType": kind,
        "requestId": request_id,
        "stackTrace": trace or [],
    }


def log_error(told):
    head = "[ERROR] " + told["errorType"]
    if told["errorMessage"]:
        head += ": " + told["errorMessage"]
    lines = [head, "Traceback (most recent call last):"]
    for element in told["stackTrace"]:
        for line in element.splitlines():
            bare = line.lstrip(" ")
            lines.append("\u00a0" * (len(line) - len(bare)) + bare)
    sys.stdout.write("\r".join(lines) + "\n")


class Connection(object):
    """The child's end of the socket."""

    def __init__(self, fd, lifeline):
        self._lifeline = lifeline
        os.set_inheritable(lifeline, False)
        self._socket = socket.socket(fileno=fd)
        self._socket.set_inheritable(False)
        self._socket.setblocking(True)
        self._owner = os.getpid()
        self._nursery = None
        self.last = False  # whether this process ends with the call it handles

    def receive(self):
        """(request id, deadline, extra, event, client context); the process ends with its harness.

        A fresh call is returned in its child.
        """
        while True:
            told, fresh = self._request()
            if not fresh or self._forked():
                return told

    def _forked(self):
        """Whether this is the child that is to handle the call."""
        if self._nursery is None:
            self._nursery = Nursery(self._socket.fileno(), self._lifeline)
        refusal, ended = self._nursery.refusal, None
        if refusal is None:
            try:
                ended = self._nursery.fork()
            except OSError as error:
                refusal = str(error)
        if refusal is not None:
            self.send(_CANNOT_FORK, refusal.encode("utf-8", "replace"), 0, 0)
            return False
        if ended:
            self.send(_ENDED, ended, 0, 0)
            return False
        self._owner, self.last = os.getpid(), True
        self.send(_FORKED, b"%d" % self._owner, 0, 0)
        return True

    def _request(self):
        got = self._socket.recv(1 << 16)
        while True:
            if not got:
                os._exit(0)
            if len(got) >= _REQUEST.size:
                size, extra, deadline, name = _REQUEST.unpack_from(got)
                start = _REQUEST.size + (extra & ~(_FRESH | _CONTEXT))
                if len(got) >= start + size:
                    break
            more = self._socket.recv(1 << 20)
            got = got + more if more else b""
        more, event = got[_REQUEST.size : start], got[start:]
        learn, context = (b"", more) if extra & _CONTEXT else (more, b"")
        return (name.decode("ascii"), deadline, learn, event, context), bool(extra & _FRESH)

    def send(self, kind, body, duration, cpu):
        if os.getpid() != self._owner:  # a handler forked and its child came back here
            os._exit(0)
        self._socket.sendall(_REPLY.pack(kind, len(body), duration, cpu) + body)


def serve(connection, handler, sensors, encode):
    arn = _invoked_arn()
    clock, cpu_clock = time.perf_counter_ns, time.process_time_ns
    environ = os.environ
    while True:
        request_id, deadline, extra, event, client = connection.receive()
        NOW["request_id"] = request_id
        environ["_X_AMZN_TRACE_ID"] = "Root=1-%08x-%s;Sampled=0" % (
            deadline // 1000,
            request_id.replace("-", "")[:24],
        )
        kind = _ANSWER
        started, cpu = clock(), cpu_clock()
        try:
            context = LambdaContext(request_id, deadline, arn, client)
            if sensors is not None:
                body = _observed(handler, sensors, event, extra, context, encode)
            else:
                body = _encoded(handler(_decoded(event), context), encode)
        except Exception as error:
            told = error_object(error, request_id)
            log_error(told)
            kind, body = _ERROR, json.dumps(told).encode("ascii")
        if len(body) > _RESPONSE_LIMIT:
            kind, body = _TOO_LARGE, b"%d" % len(body)
        connection.send(kind, body, clock() - started, cpu_clock() - cpu)
        if connection.last:
            os._exit(0)


def _observed(handler, sensors, event, extra, context, encode):
    """One call with sensors: told that it begins, and with a recording event when learning."""
    sensors.begin()
    try:
        value = _decoded(event)
        if extra:
            value = sensors.learn(value, extra=json.loads(extra))
        return _encoded(handler(value, context), encode)
    finally:
        sensors.unlearn()
        sensors.end()


def _decoded(event):
    try:
        return json.loads(event)
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error) from None


def _encoded(response, encode):
    if isinstance(response, bytes):
        return response
    try:
        return encode(response).encode("utf-8")
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from None


def _invoked_arn():
    return os.environ.pop("FAASFUZZ_FUNCTION_ARN", None)


def load_sensors(folder):
    """Install the sensors before any of the function's code runs; they stay off its path."""
    fd = os.environ.pop("FAASFUZZ_SENSOR_FD", None)
    if fd is None:
        return None
    sys.path.insert(0, folder)
    try:
        import faasfuzz_sensors
    finally:
        sys.path.remove(folder)
    faasfuzz_sensors.install(int(fd), os.environ["LAMBDA_TASK_ROOT"])
    return faasfuzz_sensors


def main():
    started, cpu = time.perf_counter_ns(), time.process_time_ns()
    settings = json.loads(sys.argv[1])
    sys.argv[1:] = []
    for name in ("stdout", "stderr"):
        raw = io.FileIO(getattr(sys, name).fileno(), "w", closefd=False)
        errors = "strict" if name == "stdout" else "backslashreplace"
        setattr(sys, name, io.TextIOWrapper(raw, "utf-8", errors, write_through=True))
    connection = Connection(settings["fd"], settings["lifeline"])
    # We run with -S: an interpreter's own packages are not there in Lambda, exit() is.
    site.setquit()
    standard = list(sys.path)
    sys.path[:] = settings["path"][-1:] + standard
    encode = make_encoder()
    sys.path[:] = settings["path"] + standard
    set_up_logging()
    try:
        sensors = load_sensors(settings["sensors"])
        handler = load_handler(os.environ["_HANDLER"])
    except Exception as error:
        told = error_object(error, "")
        log_error(told)
        connection.send(_INIT_ERROR, json.dumps(told).encode("ascii"), 0, 0)
        sys.exit(1)
    if sensors is not None:
        sensors.end()  # what the import reached is told with the first call
    gc.collect()
    gc.freeze()  # what the import left is long-lived: no collection need look at it again
    connection.send(_READY, b"", time.perf_counter_ns() - started, time.process_time_ns() - cpu)
    serve(connection, handler, sensors, encode)


if __name__ == "__main__":
    main()
