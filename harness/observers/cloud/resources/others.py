"""User pools, state machines and log groups: there, so that calls of them find something."""

from moto.cognitoidp.models import cognitoidp_backends

from harness.model import ResolvedResource
from harness.observers.cloud.resources.context import Provision, physical_name

_PASS = '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}'


def user_pool(provision: Provision, resource: ResolvedResource) -> None:
    answer = provision.inside.call("cognito-idp", "CreateUserPool", {"PoolName": resource.name})
    # The id is the service's choice; the function's environment already has the resolved one.
    where = provision.application
    pools = cognitoidp_backends[where.account][where.region].user_pools
    pool = pools.pop(answer["UserPool"]["Id"])
    pool.id = physical_name(resource)
    pool.arn = provision.arn("cognito-idp", f"userpool/{pool.id}")
    pools[pool.id] = pool


def state_machine(provision: Provision, resource: ResolvedResource) -> None:
    """One that does nothing: the functions of the real one are tested on their own."""
    provision.inside.call(
        "stepfunctions",
        "CreateStateMachine",
        {
            "name": physical_name(resource),
            "definition": _PASS,
            "roleArn": f"arn:aws:iam::{provision.application.account}:role/states",
        },
    )


def log_group(provision: Provision, resource: ResolvedResource) -> None:
    provision.inside.call("logs", "CreateLogGroup", {"logGroupName": physical_name(resource)})
