"""A training job run by Amazon Bedrock on a Nova model: data in S3, the reward from a Lambda function.

A job is created with a token of its own, so that the same call twice begins it once. Credentials are found where AWS
keeps them and are written down nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any, Final

from rftkit.errors import ApprovalError, InputError, MissingDependencyError, ModelError, RftkitError
from rftkit.llm.redact import redact
from rftkit.store.journal import now
from rftkit.store.transaction import write_file
from rftkit.train.backend import Announcement
from rftkit.train.hosted import shapes
from rftkit.train.starting import alone, sizes, token_of, told
from rftkit.train.state import ENDED, JobFolder

#: What must be named: an option, what it is, and how it looks.
NEEDED: Final[dict[str, str]] = {
    "role_arn": "the role that Bedrock takes, such as arn:aws:iam::123456789012:role/rft",
    "lambda_arn": "the Lambda function that gives the reward, such as arn:aws:lambda:us-east-1:123456789012:function:reward",
    "s3_uri": "where data and results go, such as s3://bucket/rftkit",
}
#: Our option -> the service's hyperparameter.
HYPERPARAMETERS: Final[dict[str, str]] = {
    "epochs": "epochCount",
    "eval_every": "evalInterval",
    "batch_size": "batchSize",
    "learning_rate": "learningRate",
    "max_prompt_length": "maxPromptLength",
    "samples_per_prompt": "trainingSamplePerPrompt",
    "max_tokens": "inferenceMaxTokens",
    "reasoning_effort": "reasoningEffort",
}
OPTIONS: Final = (*NEEDED, "region", "kms_key")
STATES: Final[dict[str, str]] = {
    "InProgress": "running",
    "Stopping": "running",
    "Completed": "succeeded",
    "Failed": "failed",
    "Stopped": "cancelled",
}


class Nova:
    """Trains Nova models through Amazon Bedrock.

    Parameters
    ----------
    client
        Makes a boto3 client from the name of a service and a region.

    Examples
    --------
    >>> Nova().name
    'nova'
    """

    name = "nova"

    def __init__(self, client: Callable[[str, str | None], Any] | None = None) -> None:
        self._make = client or boto
        self._made: dict[str, Any] = {}

    def announce(self, job: Mapping[str, Any], train: int, validation: int) -> Announcement:
        """Refuse what Bedrock would refuse, and say what is known of the cost."""
        config = job["config"]
        checked(config, job.get("base"))
        if job.get("budget_usd") is not None:
            raise ApprovalError("Bedrock names no price before a job and stops at no budget; leave the budget out")
        library()
        notes = (
            f"{train:,} training and {validation:,} validation records go to {config['s3_uri']}",
            f"the reward is what {config['lambda_arn']} gives; grader.export('bedrock', PATH) writes its code",
            "Bedrock does not say what training costs before it is done",
            *sizes(train, validation),
        )
        return Announcement(None, notes, "bedrock")

    def start(self, folder: JobFolder) -> None:
        """Put both sets into S3 and create the job; what is done already is not done again."""
        with alone(folder), told(folder):
            token = token_of(folder)
            for split in ("train", "validation"):
                self._put(folder, split, token)
            self._create(folder, token)
        self.poll(folder)

    def poll(self, folder: JobFolder) -> None:
        """Fetch what is new: state, phases, metrics."""
        arn = folder.read().get("remote", {}).get("job")
        if arn is None:
            return
        try:
            with _named("looking at the job"):
                seen = self._client(folder, "bedrock").get_model_customization_job(jobIdentifier=arn)
            self._phases(folder, seen)
            if seen["status"] in ("Completed", "Stopped"):
                self._metrics(folder, arn)
        except RftkitError as error:
            folder.update(unreachable=str(error))
            return
        folder.update(unreachable=None, **_values(folder, seen))

    def cancel(self, folder: JobFolder) -> None:
        """Ask Bedrock to stop; a job that was never begun there is cancelled here."""
        arn = folder.read().get("remote", {}).get("job")
        if arn is None:
            folder.update(state="cancelled")
            folder.event("cancelled", "cancelled before Bedrock began")
            return
        with _named("stopping the job"):
            self._client(folder, "bedrock").stop_model_customization_job(jobIdentifier=arn)
        folder.event("cancelled", "Bedrock was asked to stop")
        self.poll(folder)

    def resume(self, folder: JobFolder) -> None:
        """Take up a start that was cut off; Bedrock does not go on with a job that has ended."""
        if "job" not in folder.read().get("remote", {}):
            folder.update(state="pending", error=None)
            self.start(folder)
            return
        self.poll(folder)
        state = folder.read()["state"]
        if state in ENDED:
            raise InputError(
                f"{folder.id} has {state} at Bedrock, which does not go on with it; train anew with ds.train(...)"
            )

    def deploy(self, folder: JobFolder) -> str:
        """Make the trained model answer on demand, and return the name of its deployment; a second time, the same.

        Parameters
        ----------
        folder
            The job; it has succeeded.
        """
        job = folder.read()
        known = job.get("remote", {}).get("deployment")
        if known is None:
            if not job.get("checkpoint"):
                raise InputError(f"{folder.id} has no model yet: it is {job['state']}")
            token = token_of(folder)
            with _named("deploying the model"):
                made = self._client(folder, "bedrock").create_custom_model_deployment(
                    modelDeploymentName=token, modelArn=job["checkpoint"], clientRequestToken=f"{token}-deploy"
                )
            known = made["customModelDeploymentArn"]
            folder.update(remote={"deployment": known})
            folder.event("deployed", f"Bedrock deploys the model as {known}")
        return str(known)

    def deployed(self, folder: JobFolder) -> str:
        """Return the state of the deployment: Creating, Active or Failed.

        Parameters
        ----------
        folder
            The job.
        """
        with _named("looking at the deployment"):
            seen = self._client(folder, "bedrock").get_custom_model_deployment(
                customModelDeploymentIdentifier=folder.read()["remote"]["deployment"]
            )
        return str(seen["status"])

    def _client(self, folder: JobFolder, service: str) -> Any:
        if service not in self._made:
            self._made[service] = self._make(service, folder.read().get("config", {}).get("region"))
        return self._made[service]

    def _put(self, folder: JobFolder, split: str, token: str) -> None:
        if f"{split}_uri" in folder.read()["remote"]:
            return
        bucket, prefix = _place(folder)
        key = f"{prefix}{token}/{split}.jsonl"
        # the same name with the same content: put twice, it is there once
        with _named(f"putting {split} into S3"):
            self._client(folder, "s3").put_object(Bucket=bucket, Key=key, Body=folder.data(split).read_bytes())
        folder.update(remote={f"{split}_uri": f"s3://{bucket}/{key}"})
        folder.event("uploaded", f"the {split} set is at s3://{bucket}/{key}")

    def _create(self, folder: JobFolder, token: str) -> None:
        job = folder.read()
        if "job" in job["remote"]:
            return
        with _named("creating the job"):
            made = self._client(folder, "bedrock").create_model_customization_job(**request(job, token))
        folder.update(remote={"job": made["jobArn"]}, started=now())
        folder.event("started", f"Bedrock trains {job['base']} as {made['jobArn']}", job=made["jobArn"])

    def _phases(self, folder: JobFolder, seen: Mapping[str, Any]) -> None:
        details = seen.get("statusDetails") or {}
        phases = {name.removesuffix("Details"): told.get("status", "") for name, told in details.items()}
        before = folder.read().get("phases", {})
        for name, status in phases.items():
            if before.get(name) != status:
                folder.event("phase", f"{name}: {status}")
        if phases:
            folder.update(phases=phases)

    def _metrics(self, folder: JobFolder, arn: str) -> None:
        """Fetch the metrics that Bedrock leaves beside the model, each file once."""
        bucket, prefix = _place(folder)
        output = f"{prefix}{token_of(folder)}/output/"
        client = self._client(folder, "s3")
        done = folder.read().get("remote", {}).get("results", [])
        with _named("fetching metrics"):
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=output)
            keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
            for key in [key for key in keys if key.endswith(".csv") and key not in done]:
                content = client.get_object(Bucket=bucket, Key=key)["Body"].read()
                write_file(folder.path / "results" / PurePosixPath(key).name, content)
                lines = shapes.lines(content)
                for line in lines:
                    folder.log(**line)
                if not lines:
                    folder.event("note", f"{key} names no measure that we know; it is kept in results/")
                done = [*done, key]
                folder.update(remote={"results": done})


def checked(config: Mapping[str, Any], base: str | None) -> None:
    """Refuse what Bedrock would refuse.

    Parameters
    ----------
    config
        Options of the job.
    base
        The model to train.

    Examples
    --------
    >>> checked({}, "amazon.nova-2-lite-v1:0")
    Traceback (most recent call last):
    rftkit.errors.InputError: training on Bedrock needs role_arn: the role that Bedrock takes, such as ...
    """
    if not base:
        raise InputError("name the model to train with base='...', such as amazon.nova-2-lite-v1:0:256k")
    for name, what in NEEDED.items():
        if not config.get(name):
            raise InputError(f"training on Bedrock needs {name}: {what}; give it with --set {name}=... ({name}=...)")
    known = (*HYPERPARAMETERS, *OPTIONS)
    for name in config:
        if name not in known:
            raise InputError(f"Bedrock does not take {name!r}; it takes {', '.join(known)}")
    if not str(config["s3_uri"]).startswith("s3://"):
        raise InputError(f"{config['s3_uri']!r} is no place in S3; write it like s3://bucket/prefix")
    if config.get("reasoning_effort", "low") not in ("low", "medium", "high"):
        raise InputError(f"there is no reasoning effort {config['reasoning_effort']!r}; use low, medium or high")


def request(job: Mapping[str, Any], token: str) -> dict[str, Any]:
    """Return what the job is created with.

    Parameters
    ----------
    job
        What `job.json` holds; both sets are in S3.
    token
        The job's name at the service.

    Examples
    --------
    >>> config = {"role_arn": "r", "lambda_arn": "l", "s3_uri": "s3://b/p", "epochs": 2}
    >>> told = {"base": "nova", "config": config, "remote": {"train_uri": "s3://b/p/t", "validation_uri": "s3://b/p/v"}}
    >>> request(told, "t")["customizationConfig"]["rftConfig"]["hyperParameters"]
    {'epochCount': 2}
    """
    config, remote = job["config"], job["remote"]
    bucket, prefix = _split(config["s3_uri"])
    chosen = {theirs: config[ours] for ours, theirs in HYPERPARAMETERS.items() if ours in config}
    rft: dict[str, Any] = {"graderConfig": {"lambdaGrader": {"lambdaArn": config["lambda_arn"]}}}
    made = {
        "jobName": token,
        "customModelName": token,
        "roleArn": config["role_arn"],
        "clientRequestToken": token,
        "baseModelIdentifier": job["base"],
        "customizationType": "REINFORCEMENT_FINE_TUNING",
        "trainingDataConfig": {"s3Uri": remote["train_uri"]},
        "validationDataConfig": {"validators": [{"s3Uri": remote["validation_uri"]}]},
        "outputDataConfig": {"s3Uri": f"s3://{bucket}/{prefix}{token}/output/"},
        "customizationConfig": {"rftConfig": {**rft, **({"hyperParameters": chosen} if chosen else {})}},
    }
    return {**made, **({"customModelKmsKeyId": config["kms_key"]} if config.get("kms_key") else {})}


def boto(service: str, region: str | None) -> Any:
    """Return a boto3 client that repeats what fails for a moment.

    Parameters
    ----------
    service
        bedrock or s3.
    region
        Such as us-east-1; the environment's by default.
    """
    from botocore.config import Config

    again = Config(retries={"mode": "standard", "max_attempts": 6})
    with _named("finding AWS"):
        return library().client(service, region_name=region, config=again)


def library() -> Any:
    """Return the `boto3` module."""
    try:
        import boto3
    except ImportError:
        raise MissingDependencyError(
            'training on Bedrock needs boto3; install it with: pip install "rftkit[hosted]"'
        ) from None
    return boto3


@contextmanager
def _named(what: str) -> Iterator[None]:
    """Turn a failure of AWS into a sentence without keys."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        told = error.response.get("Error", {})
        raise ModelError(f"{what}: AWS answered {told.get('Code')}: {redact(str(told.get('Message')))}") from None
    except BotoCoreError as error:
        raise ModelError(f"{what}: {redact(str(error))}") from None


def _place(folder: JobFolder) -> tuple[str, str]:
    return _split(folder.read()["config"]["s3_uri"])


def _split(uri: str) -> tuple[str, str]:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    return bucket, f"{prefix.rstrip('/')}/" if prefix.rstrip("/") else ""


def _values(folder: JobFolder, seen: Mapping[str, Any]) -> dict[str, Any]:
    state = STATES.get(str(seen["status"]))
    if state is None:
        folder.event("note", f"Bedrock calls the job {seen['status']!r}, which we do not know")
    steps = folder.metrics()["step"]
    why = redact(str(seen.get("failureMessage") or "it does not say why"))
    ended = seen.get("endTime")
    return {
        "checkpoint": seen.get("outputModelArn") if state == "succeeded" else None,
        "finished": ended.isoformat() if ended is not None else None,
        "total_steps": int(steps.max()) if state in ENDED and len(steps) else None,  # type: ignore[arg-type]
        "error": f"Bedrock says that the job failed: {why}" if state == "failed" else None,
        **({} if state is None else {"state": state}),
    }
