"""The readers of services, in the order in which one finds what the next looks at."""

from collections.abc import Callable

from harness.discovery.live.buckets import read_buckets
from harness.discovery.live.hooks import read_iot_rules, read_mail_rules, read_user_pools
from harness.discovery.live.http_apis import read_http_apis
from harness.discovery.live.load_balancers import read_load_balancers
from harness.discovery.live.queues import read_queues
from harness.discovery.live.rest_apis import read_rest_apis
from harness.discovery.live.rules import read_pipes, read_rules, read_schedules
from harness.discovery.live.streams import read_streams, read_tables
from harness.discovery.live.topics import read_topics
from harness.discovery.live.view import Found, View

READERS: tuple[Callable[[View], Found], ...] = (
    read_queues,
    read_topics,
    read_buckets,
    read_rules,
    read_pipes,
    read_schedules,
    read_tables,
    read_streams,
    read_rest_apis,
    read_http_apis,
    read_load_balancers,
    read_iot_rules,
    read_user_pools,
    read_mail_rules,
)
