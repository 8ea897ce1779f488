"""A whole job on Bedrock, with real boto3 clients whose answers botocore's Stubber checks against the service's model."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from rftkit.acts.training_job import TrainingJob
from rftkit.dataset import Dataset
from rftkit.errors import ApprovalError, InputError, ModelError
from tests.train.conftest import EXACT

ARN = "arn:aws:bedrock:us-east-1:123456789012:model-customization-job/amazon.nova/abc123def456"
MODEL = "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova/abc123def456"
DEPLOYED = "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abc123def456"
NEEDED = {
    "role_arn": "arn:aws:iam::123456789012:role/rft",
    "lambda_arn": "arn:aws:lambda:us-east-1:123456789012:function:reward",
    "s3_uri": "s3://bucket/rftkit",
}


class Aws:
    """Stubbed clients, in place of those that would ask AWS."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "AKIAABCDEFGHIJKLMNOP", "aws_secret_access_key": "s" * 40}
        self.clients = {name: boto3.client(name, region_name="us-east-1", **keys) for name in ("s3", "bedrock")}
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}
        for stub in self.stubs.values():
            stub.activate()

    def __call__(self, service: str, region: str | None) -> Any:
        return self.clients[service]

    def put(self, times: int = 2) -> None:
        for _ in range(times):
            self.stubs["s3"].add_response("put_object", {}, {"Bucket": "bucket", "Key": ANY, "Body": ANY})

    def create(self, **expected: Any) -> None:
        self.stubs["bedrock"].add_response("create_model_customization_job", {"jobArn": ARN}, expected or None)

    def fail(self, service: str, method: str, code: str, message: str = "planned") -> None:
        self.stubs[service].add_client_error(method, code, message)

    def seen(self, status: str, **more: Any) -> None:
        answer = {
            "jobArn": ARN,
            "jobName": "rftkit-job",
            "outputModelName": "rftkit-job",
            "roleArn": NEEDED["role_arn"],
            "status": status,
            "creationTime": datetime(2026, 11, 21, tzinfo=UTC),
            "baseModelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-2-lite-v1:0",
            "trainingDataConfig": {"s3Uri": "s3://bucket/rftkit/x/train.jsonl"},
            "validationDataConfig": {"validators": [{"s3Uri": "s3://bucket/rftkit/x/validation.jsonl"}]},
            "outputDataConfig": {"s3Uri": "s3://bucket/rftkit/x/output/"},
            **more,
        }
        self.stubs["bedrock"].add_response("get_model_customization_job", answer, {"jobIdentifier": ARN})

    def results(self, csv: bytes | None = None) -> None:
        there = {"Contents": [{"Key": "rftkit/x/output/step_metrics.csv"}]} if csv is not None else {}
        self.stubs["s3"].add_response("list_objects_v2", there, {"Bucket": "bucket", "Prefix": ANY})
        if csv is not None:
            body = StreamingBody(io.BytesIO(csv), len(csv))
            self.stubs["s3"].add_response("get_object", {"Body": body}, {"Bucket": "bucket", "Key": ANY})

    def used_up(self) -> None:
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    made = Aws()
    monkeypatch.setattr("rftkit.train.nova.boto", made)
    yield made
    made.used_up()


def train(ds: Dataset, **options: Any) -> TrainingJob:
    given = {"base": "amazon.nova-2-lite-v1:0:256k", "approved": True, "force": True, **NEEDED, **options}
    return ds.train(EXACT, backend="nova", **given)


def test_a_job_is_put_into_s3_created_followed_and_finished(ds: Dataset, aws: Aws) -> None:
    aws.put()
    aws.create()
    aws.seen("InProgress", statusDetails={"trainingDetails": {"status": "InProgress"}})
    job = train(ds, epochs=2, learning_rate=1e-5, reasoning_effort="low")
    assert job.configuration["state"] == "running"
    assert any(event["text"] == "training: InProgress" for event in job.events())
    row = json.loads(job.folder.data("train").read_text().splitlines()[0])
    assert {"id", "messages", "reference_answer"} <= set(row)

    aws.seen("Completed", outputModelArn=MODEL, endTime=datetime(2026, 11, 21, 2, tzinfo=UTC))
    aws.results(b"step_number,train_reward,validation_reward\n1,0.25,\n2,0.5,0.75\n")
    done = job.status()
    assert (done.state, done.checkpoint, done.best, done.step) == ("succeeded", MODEL, 0.75, 2)


def test_what_bedrock_is_asked_is_complete_and_has_a_token(ds: Dataset, aws: Aws) -> None:
    aws.put()
    aws.create(
        jobName=ANY,
        customModelName=ANY,
        roleArn=NEEDED["role_arn"],
        clientRequestToken=ANY,
        baseModelIdentifier="amazon.nova-2-lite-v1:0:256k",
        customizationType="REINFORCEMENT_FINE_TUNING",
        trainingDataConfig=ANY,
        validationDataConfig=ANY,
        outputDataConfig=ANY,
        customizationConfig={
            "rftConfig": {
                "graderConfig": {"lambdaGrader": {"lambdaArn": NEEDED["lambda_arn"]}},
                "hyperParameters": {"epochCount": 2, "evalInterval": 10, "trainingSamplePerPrompt": 8},
            }
        },
    )
    aws.seen("InProgress")
    train(ds, epochs=2, eval_every=10, samples_per_prompt=8)


@pytest.mark.parametrize(
    ("service", "method", "done"),
    [("s3", "put_object", 0), ("s3", "put_object", 1), ("bedrock", "create_model_customization_job", 2)],
)
def test_a_failure_at_any_stage_leaves_a_sentence_and_a_job_to_resume(
    ds: Dataset, aws: Aws, service: str, method: str, done: int
) -> None:
    aws.put(done)
    aws.fail(service, method, "AccessDenied", "no access for AKIAABCDEFGHIJKLMNOP")
    with pytest.raises(ModelError, match=r"AWS answered AccessDenied: no access for \*\*\*.*resume\(\)"):
        train(ds)
    job = TrainingJob(Dataset(ds.path))
    assert job.status().state == "failed"
    aws.put(2 - done)
    aws.create()
    aws.seen("InProgress")
    aws.seen("InProgress")
    assert job.resume().state == "running"


def test_a_start_that_is_cut_off_is_repeated_with_the_same_token(
    ds: Dataset, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    asked = []

    def record(params: dict[str, Any], **_: Any) -> None:
        asked.append(params["clientRequestToken"])

    aws.clients["bedrock"].meta.events.register("provide-client-params.bedrock.CreateModelCustomizationJob", record)
    aws.put()
    aws.create()

    def die() -> str:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("rftkit.train.nova.now", die)
        with pytest.raises(Killed):
            train(ds)
    aws.create()
    aws.seen("InProgress")
    aws.seen("InProgress")
    assert TrainingJob(Dataset(ds.path)).resume().state == "running"
    assert len(asked) == 2
    assert asked[0] == asked[1]


def test_a_job_that_bedrock_fails_says_why_and_is_not_taken_up(ds: Dataset, aws: Aws) -> None:
    aws.put()
    aws.create()
    aws.seen("Failed", failureMessage="the Lambda timed out")
    job = train(ds)
    assert job.status().error == "Bedrock says that the job failed: the Lambda timed out"
    aws.seen("Failed", failureMessage="the Lambda timed out")
    with pytest.raises(InputError, match="does not go on with it"):
        job.resume()


def test_cancel_asks_bedrock_to_stop(ds: Dataset, aws: Aws) -> None:
    aws.put()
    aws.create()
    aws.seen("InProgress")
    job = train(ds)
    aws.stubs["bedrock"].add_response("stop_model_customization_job", {}, {"jobIdentifier": ARN})
    aws.seen("Stopped")
    aws.results()
    assert job.cancel().state == "cancelled"


def test_a_look_that_fails_leaves_what_was_known(ds: Dataset, aws: Aws) -> None:
    aws.put()
    aws.create()
    aws.seen("InProgress")
    job = train(ds)
    aws.fail("bedrock", "get_model_customization_job", "ThrottlingException", "slow down")
    status = job.status()
    assert status.state == "running"
    assert "ThrottlingException" in status.warnings[0]


def test_the_model_is_deployed_once_and_named_for_litellm(ds: Dataset, aws: Aws) -> None:
    aws.put()
    aws.create()
    aws.seen("Completed", outputModelArn=MODEL)
    aws.results()
    job = train(ds)
    with pytest.raises(ApprovalError, match="approved=True"):
        ds.deploy(job, to="hosted")
    stub = aws.stubs["bedrock"]
    stub.add_response("create_custom_model_deployment", {"customModelDeploymentArn": DEPLOYED}, None)
    seen = {
        "customModelDeploymentArn": DEPLOYED,
        "modelDeploymentName": "x",
        "modelArn": MODEL,
        "createdAt": datetime(2026, 11, 21, tzinfo=UTC),
        "status": "Creating",
    }
    for _ in range(2):
        stub.add_response("get_custom_model_deployment", seen, {"customModelDeploymentIdentifier": DEPLOYED})
    made = ds.deploy(job, to="hosted", approved=True)
    assert (made.model, made.smoke_test) == (f"bedrock/nova-2/{DEPLOYED}", None)
    assert "is Creating" in made.notes[-1]
    assert ds.deploy(job, to="hosted", approved=True).model == made.model


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"role_arn": None}, "needs role_arn"),
        ({"lambda_arn": None}, "needs lambda_arn"),
        ({"s3_uri": "bucket"}, "no place in S3"),
        ({"base": None}, "name the model"),
        ({"steps": 5}, "does not take 'steps'"),
        ({"reasoning_effort": "huge"}, "no reasoning effort"),
        ({"budget_usd": 5.0}, "names no price"),
        ({"api_key": "x"}, "takes no api_key"),
        ({"approved": False}, "approved=True"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_exists(
    ds: Dataset, aws: Aws, wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises((InputError, ApprovalError), match=sentence):
        train(ds, **wrong)
    assert ds.jobs() == []


def test_without_boto3_the_extra_is_named(ds: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "boto3", None)
    with pytest.raises(ImportError, match=r"pip install \"rftkit\[hosted\]\""):
        train(ds)
