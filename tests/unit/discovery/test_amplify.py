"""Backends of Amplify (Gen 1)."""

import json
from typing import Any

STORED = {
    "Resources": {"S3Bucket": {"Type": "AWS::S3::Bucket", "Properties": {
        "NotificationConfiguration": {"LambdaConfigurations": [
            {"Event": "s3:ObjectCreated:*", "Function": {"Ref": "functionthumbsArn"}}]}}}},
    "Parameters": {"functionthumbsArn": {"Type": "String"}},
    "Outputs": {"BucketName": {"Value": {"Ref": "S3Bucket"}}},
}  # fmt: skip


def function(name: str, **variables: Any) -> dict[str, Any]:
    env = {"Ref": "env"}
    return {
        "Parameters": {
            one: {"Type": "String"} for one in ("env", "deploymentBucketName", "s3Key", *variables)
        },
        "Conditions": {"ShouldNotCreateEnvResources": {"Fn::Equals": [env, "NONE"]}},
        "Resources": {
            "LambdaFunction": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Handler": "index.handler",
                    "Runtime": "nodejs20.x",
                    "FunctionName": {
                        "Fn::If": ["ShouldNotCreateEnvResources", name,
                                   {"Fn::Join": ["", [name, "-", env]]}]},
                    "Code": {"S3Bucket": {"Ref": "deploymentBucketName"},
                             "S3Key": {"Ref": "s3Key"}},
                    "Environment": {"Variables": {k: {"Ref": k} for k in variables}},
                },
            }
        },
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}}},
    }  # fmt: skip


def test_functions_have_their_code_and_what_they_depend_on(project) -> None:
    backend = "amplify/backend"
    project.file(f"{backend}/function/thumbs/src/index.js", "")
    project.file(f"{backend}/function/reader/src/index.js", "")
    ending = "cloudformation-template.json"
    project.file(f"{backend}/function/thumbs/thumbs-{ending}", json.dumps(function("thumbs")))
    project.file(
        f"{backend}/function/reader/reader-{ending}",
        json.dumps(function("reader", storagepicturesBucketName=1, level=1)),
    )
    project.file(f"{backend}/function/reader/parameters.json", '{"level": "info", "list": []}')
    project.file(f"{backend}/storage/pictures/build/{ending}", json.dumps(STORED))
    depends = {"category": "storage", "resourceName": "pictures", "attributes": ["BucketName"]}
    trigger = {"category": "function", "resourceName": "thumbs", "attributes": ["Arn"]}
    config = {
        "auth": {"pool": {"service": "Cognito"}},
        "api": {"shop": {"service": "AppSync"}},
        "function": {"thumbs": {"service": "Lambda"}, "reader": {"dependsOn": [depends]}},
        "storage": {"pictures": {"service": "S3", "dependsOn": [trigger]}},
    }
    application = project.discover(json.dumps(config), f"{backend}/backend-config.json")
    thumbs, reader = application.functions
    assert (thumbs.name, reader.name) == ("thumbs", "reader")
    assert thumbs.code == project.folder / backend / "function" / "thumbs" / "src"
    assert [(t.template, t.source) for t in thumbs.triggers] == [("s3", "storagepicturesS3Bucket")]
    bucket = application.resources[0].physical
    assert reader.environment == {"storagepicturesBucketName": bucket, "level": "info"}
    assert application.notes[0] == "api/shop has no template; run `amplify build`"


def test_a_backend_without_functions_is_told(project) -> None:
    told = project.mistake('{"auth": {}}', "amplify/backend/backend-config.json")
    assert told.startswith("amplify/backend/backend-config.json:1: there are no functions in it")
