"""Cloud assemblies: stacks, stages, nested stacks, imports, and assets as code."""

import json
from typing import Any

import pytest

from harness.discovery import discover
from harness.errors import UsageError
from tests.unit.discovery.makers import TEMPLATES

CODE, INNER = "a" * 64, "b" * 64
BUCKET = {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"}


def function(**more: Any) -> dict[str, Any]:
    code = {"S3Bucket": BUCKET, "S3Key": f"{CODE}.zip"}
    properties = {"Runtime": "python3.12", "Handler": "app.handler", "Code": code}
    return {"Type": "AWS::Lambda::Function", "Properties": properties | more}


def source_mapping(queue: Any, worker: str = "Worker1A2B3C4D") -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"FunctionName": {"Ref": worker}, "EventSourceArn": queue},
    }


QUEUE = {
    "Resources": {"Jobs5E6F": {"Type": "AWS::SQS::Queue"}},
    "Outputs": {
        "Jobs": {
            "Value": {"Fn::GetAtt": ["Jobs5E6F", "Arn"]},
            "Export": {"Name": "Data:ExportsOutputJobs"},
        }
    },
}
WORKER = {
    "Resources": {
        "Worker1A2B3C4D": function(),
        "Mapping": source_mapping({"Fn::ImportValue": "Data:ExportsOutputJobs"}),
    }
}


class Assembly:
    """Writes an assembly into a folder."""

    def __init__(self, folder, **stacks: Any) -> None:
        self.folder = folder
        self.artifacts: dict[str, Any] = {"Tree": {"type": "cdk:tree", "properties": {}}}
        (folder / "asset.a").mkdir(parents=True)
        (folder / "asset.a" / "app.py").write_text("def handler(e, c): ...")
        files = {
            CODE: {"source": {"path": "asset.a", "packaging": "zip"}, "destinations": {}},
            INNER: {"source": {"path": "inner.json", "packaging": "file"}, "destinations": {}},
        }
        self.write("Data.assets.json", {"version": "1", "files": files})
        for name, template in stacks.items():
            self.write(f"{name}.template.json", template)
            self.artifacts[name] = {
                "type": "aws:cloudformation:stack",
                "properties": {"templateFile": f"{name}.template.json"},
            }
        self.done()

    def write(self, name: str, value: Any) -> None:
        (self.folder / name).write_text(json.dumps(value, indent=1))

    def done(self) -> None:
        self.write("manifest.json", {"version": "40.0.0", "artifacts": self.artifacts})

    def found(self, source=None):
        return discover(source or self.folder, templates=TEMPLATES)

    def mistake(self) -> str:
        with pytest.raises(UsageError) as raised:
            self.found()
        return str(raised.value).replace(f"{self.folder}/", "")


def test_stacks_that_import_from_each_other_are_one_application(tmp_path) -> None:
    Assembly(tmp_path / "shop" / "cdk.out", Front=WORKER, Data=QUEUE)
    found = discover(tmp_path / "shop", templates=TEMPLATES)
    (worker,) = found.functions
    assert found.name == "shop"
    assert worker.name == "Worker1A2B3C4D"
    assert worker.code == tmp_path / "shop" / "cdk.out" / "asset.a"
    assert worker.declared_in.endswith("Front.template.json:3")
    assert [(t.template, t.source) for t in worker.triggers] == [("sqs", "Jobs5E6F")]


def test_a_stage_is_an_assembly_within_and_names_do_not_collide(tmp_path) -> None:
    outer = Assembly(tmp_path, Data=QUEUE, Front=WORKER)
    inner = Assembly(tmp_path / "assembly-Prod", Front=WORKER)
    outer.artifacts["assembly-Prod"] = {
        "type": "cdk:cloud-assembly",
        "properties": {"directoryName": "assembly-Prod"},
    }
    inner.artifacts["ProdFront"] = inner.artifacts.pop("Front")
    inner.done()
    outer.done()
    names = [function.name for function in outer.found().functions]
    assert names == ["FrontWorker1A2B3C4D", "ProdFrontWorker1A2B3C4D"]


def test_a_nested_stacks_template_is_an_asset_too(tmp_path) -> None:
    url = {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, f".x/{INNER}.json"]]}
    stack = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {
            "TemplateURL": url,
            "Parameters": {"queue": {"Fn::GetAtt": ["Jobs5E6F", "Arn"]}},
        },
    }
    parent = {"Resources": {**QUEUE["Resources"], "Inner": stack}}
    assembly = Assembly(tmp_path, Data=parent)
    worker = {"W": function(), "M": source_mapping({"Ref": "queue"}, "W")}
    assembly.write("inner.json", {"Parameters": {"queue": {"Type": "String"}}, "Resources": worker})
    (worker,) = assembly.found().functions
    assert (worker.name, worker.triggers[0].source) == ("InnerW", "Jobs5E6F")
    assert worker.code == tmp_path / "asset.a"


def test_a_bucket_notification_through_the_cdks_own_function(tmp_path) -> None:
    handler = "BucketNotificationsHandler050a0587b7544547bf325f094a3db8347ECC3691"
    entry = {
        "Events": ["s3:ObjectCreated:*"],
        "LambdaFunctionArn": {"Fn::GetAtt": ["Worker", "Arn"]},
        "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".png"}]}},
    }
    notifications = {
        "Type": "Custom::S3BucketNotifications",
        "Properties": {
            "ServiceToken": {"Fn::GetAtt": [handler, "Arn"]},
            "BucketName": {"Ref": "Images"},
            "NotificationConfiguration": {"LambdaFunctionConfigurations": [entry]},
        },
    }
    resources = {
        "Worker": function(),
        handler: function(Code={"ZipFile": "import json"}, Handler="index.handler"),
        "Images": {"Type": "AWS::S3::Bucket"},
        "Notifications": notifications,
    }
    found = Assembly(tmp_path, Data={"Resources": resources}).found()
    (worker,) = found.functions
    (trigger,) = worker.triggers
    assert (trigger.template, trigger.source) == ("s3", "Images")
    assert trigger.facts["suffix"] == ".png"
    assert f"{handler} is the CDK's own and not tested" in found.notes


def test_one_stacks_template_is_that_stack_alone(tmp_path) -> None:
    other = {"Resources": {"Other": function()}}
    assembly = Assembly(tmp_path, Front=WORKER, Data=other)
    found = assembly.found(tmp_path / "Data.template.json")
    assert [f.name for f in found.functions] == ["Other"]
    assert found.functions[0].code == tmp_path / "asset.a"


def test_functions_are_called_as_among_the_constructs_when_that_is_one(tmp_path) -> None:
    def named(path: str) -> dict[str, Any]:
        return {**function(), "Metadata": {"aws:cdk:path": path}}

    both = {"A1": named("Front/Same/Resource"), "A2": named("Front/Inner/Worker/Resource")}
    other = {"B1": named("Back/Same/Resource")}
    assembly = Assembly(tmp_path, Front={"Resources": both}, Back={"Resources": other})
    assert [f.name for f in assembly.found().functions] == [
        "Front.Same",
        "Inner.Worker",
        "Back.Same",
    ]


def test_arguments_of_a_stack_stand_in_the_manifest(tmp_path) -> None:
    stack = {
        "Parameters": {"Level": {"Type": "String"}},
        "Resources": {"W": function(Environment={"Variables": {"LEVEL": {"Ref": "Level"}}})},
    }
    assembly = Assembly(tmp_path, Front=stack)
    assembly.artifacts["Front"]["properties"]["parameters"] = {"Level": "debug"}
    assembly.done()
    assert assembly.found().functions[0].environment == {"LEVEL": "debug"}


def test_an_assembly_that_is_not_whole(tmp_path) -> None:
    assembly = Assembly(tmp_path, Front=WORKER)
    (tmp_path / "Front.template.json").unlink()
    told = "stack Front: Front.template.json is not there; run `cdk synth` again"
    assert assembly.mistake() == f"manifest.json: {told}"
    assembly.artifacts = {"P": {"type": "cdk:cloud-assembly", "properties": {}}}
    assembly.done()
    assert assembly.mistake() == "manifest.json: assembly P is not there; run `cdk synth` again"
    assembly.artifacts = {}
    assembly.done()
    assert assembly.mistake().startswith("manifest.json: there are no stacks in the assembly")
