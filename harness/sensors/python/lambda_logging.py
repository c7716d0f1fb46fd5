"""The root log handler that the runtime installs, in Lambda's text and JSON formats."""

import json
import logging
import os
import sys
import time
import traceback

NOW = {"request_id": ""}  # of the call that runs: log records carry it


class _LogHandler(logging.Handler):
    def emit(self, record):
        sys.stdout.write(self.format(record))


class _LogFilter(logging.Filter):
    def filter(self, record):
        record.aws_request_id = NOW["request_id"]
        record.tenant_id = None
        return True


class _JsonFormatter(logging.Formatter):
    """The fields of Lambda's JSON log format."""

    def format(self, record):
        told = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": record.aws_request_id,
        }
        if record.exc_info:
            told["errorType"] = record.exc_info[0].__name__
            told["errorMessage"] = str(record.exc_info[1])
            told["stackTrace"] = traceback.format_tb(record.exc_info[2])
        return json.dumps(told, ensure_ascii=False, default=str) + "\n"


def set_up_logging():
    logging.Formatter.converter = time.gmtime
    handler = _LogHandler()
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON":
        handler.setFormatter(_JsonFormatter())
    else:
        text = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
        handler.setFormatter(logging.Formatter(text, "%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(_LogFilter())
    root = logging.getLogger()
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    if level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        root.setLevel(level)
    root.addHandler(handler)
