"""Where moto would refuse, or run code, what an application does every day.

Invoking a function of the application is recorded and accepted, and runs nothing: what the call
brings about is followed by the campaign. A state machine that is waited for ends at once. Mail may
be sent from any address, as if it had been verified. In each case it is moto's backend that knows
the functions and keeps the executions and the mail.
"""

import json
import re
from email.utils import parseaddr
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ses.models import SESBackend
from moto.sesv2.responses import SESV2Response
from moto.stepfunctions.responses import StepFunctionResponse

# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
_FUNCTION = re.compile(
    r"(arn:[a-z-]+:lambda:)?([a-z0-9-]+-\d+:)?(\d{12}:)?(function:)?"
    r"(?P<name>[a-zA-Z0-9_-]+)(:(\$LATEST|[a-zA-Z0-9_-]+))?"
)


def apply() -> None:
    """Doing it twice does no harm."""
    functions: Any = LambdaBackend
    functions.invoke = _accept
    function: Any = LambdaFunction
    function._invoke_lambda = _run_nothing
    mail: Any = SESBackend
    mail._is_verified_address = _is_verified
    newer_mail: Any = SESV2Response
    newer_mail.send_email = _send_email
    machines: Any = StepFunctionResponse
    machines.start_sync_execution = _run_to_the_end


def _accept(
    self: Any,
    function_name: str,
    _qualifier: str | None,
    body: str,
    headers: Any,
    response_headers: dict[str, str],
) -> bytes:
    """The answer to a call of any version of a function: `{}`, or nothing when none is waited for.

    Raises moto's errors: a function that is not there, a payload that is no JSON.
    """
    named = _FUNCTION.fullmatch(function_name)
    self.get_function(named["name"] if named else function_name, None)
    try:
        json.loads(body or "{}")
    except ValueError:
        raise JsonRESTError(
            "InvalidRequestContentException", "Could not parse request body into json"
        ) from None
    if headers.get("X-Amz-Invocation-Type", "RequestResponse") != "RequestResponse":
        return b""
    response_headers["x-amz-executed-version"] = "$LATEST"
    return b"{}"


def _run_nothing(*_given: Any, **_named: Any) -> tuple[str, bool, str]:
    """For every other way to a function (InvokeAsync, a subscription): moto would start Docker."""
    return "{}", False, ""


def _is_verified(_backend: Any, source: str) -> bool:
    return "@" in parseaddr(source)[1]


_send_other_email = SESV2Response.send_email


def _send_email(self: Any) -> str:
    """SES v2 by moto, which leaves templates to v1 only."""
    asked = json.loads(self.body)
    content = asked.get("Content") or {}
    if "Template" not in content:
        return _send_other_email(self)
    message = self.sesv2_backend.core_backend.send_templated_email(
        source=asked.get("FromEmailAddress", ""),
        template=content["Template"].get("TemplateName", ""),
        template_data=content["Template"].get("TemplateData", "{}"),
        destinations=asked.get("Destination") or {},
    )
    return json.dumps({"MessageId": message.id})


def _run_to_the_end(self: Any) -> ActionResult:
    """StartSyncExecution, which moto has not got.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
    """
    machine, given = self._get_param("stateMachineArn"), self._get_param("input", "{}")
    execution = self.stepfunction_backend.start_execution(machine, self._get_param("name"), given)
    return ActionResult(
        {
            "executionArn": execution.execution_arn,
            "stateMachineArn": machine,
            "name": execution.name,
            "startDate": execution.start_date,
            "stopDate": execution.start_date,
            "status": "SUCCEEDED",
            "input": given,
            "output": "{}",
        }
    )
