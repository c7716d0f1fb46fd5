"""CloudFormation's own macros: loops, included files, and what only a registry knows."""

from tests.unit.discovery.makers import sam

LOOP = """\
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "orders, bills-2"}
Mappings:
  Sizes:
    orders: {memory: 256, stages: [in, out]}
    bills-2: {stages: [in]}
Conditions:
  Fn::ForEach::Wanted:
    - Name
    - !Ref Names
    - Wants&{Name}: !Equals ["${Name}", orders]
Resources:
  Fn::ForEach::Workers:
    - Name
    - !Ref Names
    - Queue&{Name}: {Type: AWS::SQS::Queue}
      Worker&{Name}:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.12
          Handler: app.handler
          CodeUri: src
          MemorySize: !FindInMap [Sizes, !Ref Name, memory, DefaultValue: 128]
          Environment:
            Variables:
              Fn::ForEach::Stages:
                - Stage
                - !FindInMap [Sizes, !Ref Name, stages]
                - STAGE_${Stage}: !Sub "${Name}/${Stage}/${AWS::Region}"
          Events:
            Jobs: {Type: SQS, Properties: {Queue: !GetAtt "Queue&{Name}.Arn"}}
      Only&{Name}:
        Type: AWS::SNS::Topic
        Condition: Wants&{Name}
"""


def test_a_loop_makes_functions_triggers_conditions_and_properties(project) -> None:
    application = project.discover(LOOP)
    orders, bills = application.functions
    assert (orders.name, bills.name) == ("Workerorders", "Workerbills2")
    assert (orders.memory, bills.memory) == (256, 128)
    assert orders.environment["STAGE_out"] == "orders/out/us-east-1"
    assert "STAGE_out" not in bills.environment
    assert [(t.template, t.source) for t in bills.triggers] == [("sqs", "Queuebills2")]
    assert [r.name for r in application.resources] == ["Queueorders", "Onlyorders", "Queuebills2"]
    assert application.notes == ()
    assert bills.declared_in.endswith("template.yaml:18")


def test_a_loop_goes_over_the_parameter_that_is_given(project) -> None:
    application = project.discover(LOOP, parameters={"Names": "orders"})
    assert [f.name for f in application.functions] == ["Workerorders"]


def test_loops_in_loops_see_the_names_of_the_outer(project) -> None:
    more = """\
  Fn::ForEach::Outer:
    - Kind
    - [a, b]
    - Fn::ForEach::Inner:
        - Number
        - [1, 2]
        - Queue${Kind}${Number}: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Kind}}
"""
    resources = project.discover(sam("        {}\n", more)).resources
    assert [(r.name, r.physical) for r in resources] == [
        ("Queuea1", "a"),
        ("Queuea2", "a"),
        ("Queueb1", "b"),
        ("Queueb2", "b"),
    ]


def test_a_nested_stack_loops_over_what_its_parent_gives(project) -> None:
    project.file("inner/template.yaml", LOOP.replace("CodeUri: src", "CodeUri: ../src"))
    application = project.discover("""\
Parameters:
  All: {Type: String, Default: "orders"}
Resources:
  Inner:
    Type: AWS::Serverless::Application
    Properties:
      Location: inner/template.yaml
      Parameters: {Names: !Sub "${All},bills-2"}
""")
    assert [f.name for f in application.functions] == ["InnerWorkerorders", "InnerWorkerbills2"]
    assert application.functions[0].triggers[0].source == "InnerQueueorders"


def test_loops_that_cannot_be_are_told_with_their_line(project) -> None:
    def told(loop: str) -> str:
        return project.mistake(f"Resources:\n  Q: {{Type: AWS::SQS::Queue}}\n  {loop}\n")

    assert told("Fn::ForEach::L: [N, [a, b], {Same: {Type: AWS::SQS::Queue}}]") == (
        "template.yaml:3: Fn::ForEach::L: Same is made twice; put ${N} into each key of the loop"
    )
    assert told("Fn::ForEach::L: [N, [a], {Q: {Type: AWS::SQS::Queue}}]") == (
        "template.yaml:3: Fn::ForEach::L: Q is made twice; put the loop's name into its keys"
    )
    assert told("Fn::ForEach::L: [N, !GetAtt Q.Arn, {'${N}': {Type: AWS::SQS::Queue}}]") == (
        "template.yaml:3: Fn::ForEach::L: it goes over Q, which only a deployment knows; "
        "name a list, a parameter or a mapping"
    )
    assert told("Fn::ForEach::L: [N, a, {'${N}': {Type: AWS::SQS::Queue}}]").startswith(
        "template.yaml:3: Fn::ForEach::L: what it goes over is no list"
    )
    assert told("Fn::ForEach::L: [N, [a]]").startswith(
        "template.yaml:3: Fn::ForEach::L: a loop has three parts"
    )
    assert told("Fn::ForEach::L: [N, [a], {'${N}': {Properties: {}}}]") == (
        "template.yaml:3: resource a has no Type; say what it is"
    )


def test_lengths_and_json_texts_are_made(project) -> None:
    more = """\
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: !Sub
        - "t${Count}"
        - Count: {"Fn::Length": [a, b]}
      DisplayName: {"Fn::ToJsonString": {To: [!Ref "AWS::Region", 1]}}
"""
    (topic,) = project.discover(sam("        {}\n", more)).resources
    assert topic.physical == "t2"
    assert topic.properties["DisplayName"] == '{"To":["us-east-1",1]}'


def test_files_are_included_at_the_top_in_resources_and_in_properties(project) -> None:
    project.file("parts/queues.yaml", "Jobs: {Type: AWS::SQS::Queue}\n")
    project.file("parts/settings.json", '{"LEVEL": "info", "NAME": {"Ref": "Jobs"}}')
    project.file("parts/maps.yaml", "Mappings: {Sizes: {s: {memory: 512}}}\n")
    application = project.discover("""\
Transform:
  - AWS::Serverless-2016-10-31
  - {Name: AWS::Include, Parameters: {Location: parts/maps.yaml}}
Resources:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/queues.yaml}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src
      MemorySize: !FindInMap [Sizes, s, memory]
      Environment:
        Variables:
          OWN: x
          Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/settings.json}}
      Events:
        Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
""")
    (worker,) = application.functions
    assert worker.memory == 512
    assert worker.environment.keys() == {"OWN", "LEVEL", "NAME"}
    assert worker.triggers[0].source == "Jobs"
    assert application.notes == ()


def test_what_lies_elsewhere_and_macros_of_ones_own_are_noted(project) -> None:
    more = """\
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: "s3://bucket/more.yaml"}}
  Topic:
    Type: AWS::SNS::Topic
    Properties: {"Fn::Transform": {Name: Naming}}
Transform: [AWS::LanguageExtensions, Company]
"""
    assert project.discover(sam("        {}\n", more)).notes == (
        "macro Company is not run; what it makes is not tested",
        "macro Naming is not run; what it makes is not tested",
        "s3://bucket/more.yaml is not on this machine; what it holds is not tested",
    )
    text = sam("        {}\n").replace(
        "src", "{'Fn::Transform': {Name: AWS::Include, Parameters: {Location: gone.yaml}}}"
    )
    assert project.mistake(text) == (
        "template.yaml:7: the file gone.yaml that it includes is not there; correct Location"
    )


def test_a_module_is_noted_and_its_resources_may_be_referred_to(project) -> None:
    more = """\
  Storage: {Type: "My::S3::Bucket::MODULE", Properties: {Name: x}}
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: !GetAtt StorageBucket.BucketName, DisplayName: !Ref Storage.Bucket}
"""
    application = project.discover(sam("        {}\n", more))
    assert application.notes == ("Storage is a module; what it makes is not tested",)
    assert application.resources[1].properties["DisplayName"] == "sample-storage-bucket"


def test_blocks_and_maps_of_made_up_values_are_no_mistakes(project) -> None:
    more = """\
  Net:
    Type: AWS::EC2::Subnet
    Properties:
      CidrBlock: !Select [3, !Cidr ["10.0.0.0/16", !Ref Count, !Ref Bits]]
      ImageId: !FindInMap [!FindInMap [Images, !Ref AWS::Region, arm], !Ref AWS::Region, "64"]
      From: {"Fn::GetStackOutput": {StackName: base, OutputName: TableArn}}
Parameters: {Count: {Type: Number}, Bits: {Type: Number}}
Mappings: {Images: {eu-west-1: {arm: Images, "64": ami-1}}}
"""
    (net,) = project.discover(sam("        {}\n", more)).resources
    assert net.properties["CidrBlock"] == "10.0.3.0/24"
    assert net.properties["ImageId"] == "ami-1"
    assert net.properties["From"].startswith("arn:aws:dynamodb:")
