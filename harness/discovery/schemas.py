"""What APIs and event registries say of the shape of events, as facts of a trigger.

The facts are those of `harness/events/shapes/described.py`: `parameters_json`, `body_schema`,
`body_form`, `detail_schema`, `validated`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.discovery.apis import OPENAPI, definition, resource_path
from harness.discovery.shapes import mapping, mappings, texts
from harness.discovery.stack import Resource, Stack
from harness.discovery.words import Declared

_VERBS = ("x-amazon-apigateway-any-method", "any")
# What swagger 2 says of a parameter beside its name is the schema itself.
_NO_SCHEMA = frozenset({"in", "name", "required", "description", "allowEmptyValue"})
_PLACES = {"querystring": "query", "header": "header", "path": "path"}


class Schemas:
    """Finds what a stack says of the events of its triggers."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._documents: dict[str, Mapping[str, Any]] = {}

    def facts(self, declared: Declared) -> dict[str, str]:
        """Facts of one trigger; empty when nothing describes it."""
        kind = declared.words["sam"]
        if kind in ("Api", "HttpApi") and declared.source is not None:
            return self._route(declared)
        if kind in ("EventBridgeRule", "CloudWatchEvent"):
            return self._detail(declared)
        return {}

    def _route(self, declared: Declared) -> dict[str, str]:
        api = self._stack.resources.get(declared.source or "")
        path, verb = declared.facts.get("path", ""), declared.facts.get("method", "").lower()
        if api is None:
            return {}
        if api.kind in OPENAPI:
            document = self._documents.get(api.name)
            if document is None:
                document = self._documents[api.name] = definition(self._stack, api)
            found = operation_facts(document, path, verb)
            if found:
                return found
        for method in self._stack.of_kind("AWS::ApiGateway::Method"):
            if (
                self._stack.by_value(method.properties.get("RestApiId")) is api
                and str(method.properties.get("HttpMethod")).lower() in (verb, "any")
                and resource_path(self._stack, method.properties.get("ResourceId")) == path
            ):
                strict = self._checks(method.properties.get("RequestValidatorId"))
                model = mapping(method.properties.get("RequestModels")).get("application/json")
                parameters = method.properties.get("RequestParameters")
                found = model_facts(self._stack, api, model, parameters, strict)
                if found:
                    return found
        return {}

    def _checks(self, validator: Any) -> str:
        """What a validator has API Gateway check before it calls the function."""
        found = self._stack.by_value(validator)
        named = found.properties if found is not None else {}
        checks = {"body": "ValidateRequestBody", "parameters": "ValidateRequestParameters"}
        return ", ".join(what for what, key in checks.items() if named.get(key) in (True, "true"))

    def _detail(self, declared: Declared) -> dict[str, str]:
        """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema.html"""
        wanted = (declared.facts.get("source"), declared.facts.get("detail_type"))
        for schema in self._stack.of_kind("AWS::EventSchemas::Schema"):
            document = _parsed(schema.properties.get("Content"))
            schemas = mapping(mapping(document.get("components")).get("schemas"))
            envelope = mapping(schemas.get("AWSEvent")) or document
            named = str(schema.properties.get("SchemaName", "")).partition("@")
            about = (
                envelope.get("x-amazon-events-source", named[0]),
                envelope.get("x-amazon-events-detail-type", named[2]),
            )
            if about == wanted:
                detail = mapping(envelope.get("properties")).get("detail")
                return {"detail_schema": json.dumps(dereferenced(detail, document))}
        return {}


def model_facts(
    stack: Stack, api: Resource | None, model: Any, parameters: Any, strict: str = ""
) -> dict[str, str]:
    """Facts of a REST API's request model, and of the parameters which a route names.

    `parameters` are names like `method.request.querystring.page`, in a mapping or a list of them.
    """
    made = {}
    named = [name for one in mappings(parameters) for name in one]
    if isinstance(parameters, list):
        named += [one for one in parameters if isinstance(one, str)]
    listed: list[dict[str, Any]] = []
    for name in named:
        match = re.fullmatch(r"method\.request\.(querystring|header|path)\.(.+)", str(name))
        if match is not None:
            listed.append({"in": _PLACES[match.group(1)], "name": match.group(2), "schema": {}})
    if listed:
        made["parameters_json"] = json.dumps(listed)
    models = _models(stack, api)
    schema = models.get(str(model))
    if schema is not None:
        made["body_schema"] = json.dumps(dereferenced(schema, {"models": models}))
    return made | ({"validated": strict} if strict and made else {})


def operation_facts(document: Mapping[str, Any], path: str, verb: str) -> dict[str, str]:
    """Facts of an operation of an OpenAPI document, 2 or 3; empty when it has none like it.

    https://spec.openapis.org/oas/v3.1.0.html#operation-object
    """
    paths = mapping(document.get("paths"))
    item = mapping(paths.get(path) or paths.get(path.rstrip("/")))
    operations = {str(key).lower(): value for key, value in item.items()}
    operation = mapping(next((operations[v] for v in (verb, *_VERBS) if v in operations), None))
    made: dict[str, str] = {}
    listed = []
    for parameter in _parameters(document, item, operation):
        place = parameter.get("in")
        schema = parameter.get("schema") or {
            key: value for key, value in parameter.items() if key not in _NO_SCHEMA
        }
        if place == "body":
            made["body_schema"] = json.dumps(dereferenced(parameter.get("schema"), document))
        elif place != "formData":
            if "example" in parameter and isinstance(schema, dict):
                schema = {**schema, "example": parameter["example"]}
            schema = dereferenced(schema, document)
            listed.append({"in": place, "name": parameter.get("name"), "schema": schema})
    made |= _form(document, item, operation) | _body(document, operation)
    if listed:
        made["parameters_json"] = json.dumps(listed)
    strict = _validated(document, operation)
    return made | ({"validated": strict} if strict and made else {})


def _parameters(
    document: Mapping[str, Any], item: Mapping[str, Any], operation: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """Those of the path, and of the operation; the latter win."""
    found = {}
    for holder in (item, operation):
        for parameter in mappings(holder.get("parameters")):
            parameter = mapping(_followed(parameter, document))
            found[parameter.get("in"), parameter.get("name")] = parameter
    yield from found.values()


def _form(
    document: Mapping[str, Any], item: Mapping[str, Any], operation: Mapping[str, Any]
) -> dict[str, str]:
    """Swagger 2 has the fields of a form among the parameters."""
    fields = {
        str(p.get("name")): {key: value for key, value in p.items() if key not in _NO_SCHEMA}
        for p in _parameters(document, item, operation)
        if p.get("in") == "formData"
    }
    if not fields:
        return {}
    schema = {"type": "object", "properties": fields}
    return {"body_schema": json.dumps(dereferenced(schema, document)), "body_form": "form"}


def _body(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, str]:
    """OpenAPI 3 has a schema for each media type."""
    body = mapping(_followed(operation.get("requestBody"), document))
    content = mapping(body.get("content"))
    for kind, media in content.items():
        if "json" in str(kind) or str(kind) == "*/*":
            return _media(media, document)
    if "application/x-www-form-urlencoded" in content:
        media = content["application/x-www-form-urlencoded"]
        return _media(media, document) | {"body_form": "form"}
    return {}


def _media(media: Any, document: Mapping[str, Any]) -> dict[str, str]:
    schema = dereferenced(mapping(media).get("schema"), document)
    examples = [
        mapping(_followed(one, document)).get("value")
        for one in mapping(mapping(media).get("examples")).values()
    ]
    given = mapping(media).get("example", next(iter(examples), None))
    if given is not None:
        schema = {**mapping(schema), "example": given}
    return {"body_schema": json.dumps(schema)}


def _validated(document: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    """What API Gateway checks before it calls the function.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-request-validators.html
    """
    key = "x-amazon-apigateway-request-validator"
    name = operation.get(key, document.get(key))
    validator = mapping(mapping(document.get(f"{key}s")).get(str(name)))
    checks = {"body": "validateRequestBody", "parameters": "validateRequestParameters"}
    return ", ".join(what for what, check in checks.items() if validator.get(check) is True)


def dereferenced(node: Any, document: Mapping[str, Any], trail: Sequence[str] = ()) -> Any:
    """A schema without references; where one holds itself, anything may stand."""
    if isinstance(node, list):
        return [dereferenced(item, document, trail) for item in node]
    if not isinstance(node, dict):
        return node
    name = node.get("$ref")
    if isinstance(name, str):
        if name in trail:
            return {}
        more = {key: value for key, value in node.items() if key != "$ref"}
        found = mapping(_followed({"$ref": name}, document))
        return dereferenced({**found, **more}, document, (*trail, name))
    return {key: dereferenced(value, document, trail) for key, value in node.items()}


def _followed(node: Any, document: Mapping[str, Any]) -> Any:
    """What a reference of the document, or to a model of the API, stands for."""
    name = mapping(node).get("$ref")
    if not isinstance(name, str):
        return node
    if "/models/" in name and not name.startswith("#"):
        return mapping(document.get("models")).get(name.rsplit("/", 1)[-1], {})
    found: Any = document
    for key in name.removeprefix("#").split("/")[1:]:
        found = mapping(found).get(key.replace("~1", "/").replace("~0", "~"))
    return found if found is not None else {}


def _models(stack: Stack, api: Resource | None) -> dict[str, Any]:
    """Schemas of an API's models by every name that they go by."""
    own = mapping(api.properties.get("Models")) if api is not None else {}
    found = {str(name): schema for name, schema in own.items()}
    for model in stack.of_kind("AWS::ApiGateway::Model"):
        of = stack.by_value(model.properties.get("RestApiId"))
        schema = _parsed(model.properties.get("Schema"))
        for name in (model.name, model.physical, *texts(model.properties.get("Name") or [])):
            if api is None or of is None or of is api:
                found[name] = schema
    return found


def _parsed(value: Any) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(value) if isinstance(value, str) else value)
    except ValueError:
        return {}
