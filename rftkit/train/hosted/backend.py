"""A training job run by a service that speaks OpenAI's fine-tuning API: OpenAI, Foundry, Bedrock, or any address.

Every id that the service gives is in `job.json` before the next call. A start that was cut off is taken up again: what
may have been done already is looked up by a name that only this job uses, so nothing is uploaded or begun twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rftkit.errors import ApprovalError, InputError, RftkitError
from rftkit.store.journal import now
from rftkit.train.backend import Announcement
from rftkit.train.hosted import client as calls
from rftkit.train.hosted import shapes
from rftkit.train.hosted.following import follow, spent
from rftkit.train.starting import alone, sizes, token_of, told
from rftkit.train.state import ENDED, JobFolder

if TYPE_CHECKING:
    import openai

_BUSY = ("pending", "running", "notrunning", "processing")
#: Seconds between two looks at a file that the service reads, and looks at most.
_LOOK, _LOOKS = 2.0, 300


class Hosted:
    """Trains through OpenAI's fine-tuning API.

    Parameters
    ----------
    api_key
        The key; from the environment by default, and written down nowhere.
    wait
        Waits for so many seconds.

    Examples
    --------
    >>> Hosted(api_key="k").announce({"base": "o4-mini", "grader": {"type": "python"}, "config": {}}, 120, 100).cost_usd
    """

    name = "openai"

    def __init__(self, api_key: str | None = None, wait: Callable[[float], object] = time.sleep) -> None:
        self._key, self._wait = api_key, wait
        self._made: openai.OpenAI | None = None

    def announce(self, job: Mapping[str, Any], train: int, validation: int) -> Announcement:
        """Refuse what the service would refuse, and say what is known of the cost."""
        config = job["config"]
        shapes.checked(config, job.get("base"), job["grader"])
        calls.check_url(config.get("base_url"))
        calls.library()
        if self._key is None:
            calls.key(config)
        if job.get("budget_usd") is not None and config.get("price_per_hour") is None:
            raise ApprovalError(
                "a budget needs a price, and a service names none; give price_per_hour (US dollars for an hour of "
                "training, from the service's price list) or leave the budget out"
            )
        form = "bedrock" if config.get("lambda_arn") else "openai-rft"
        return Announcement(None, (*_cost(job, train, validation), *sizes(train, validation)), form)

    def start(self, folder: JobFolder) -> None:
        """Upload both sets, have the grader checked, and begin the job; what is done already is not done again."""
        with alone(folder), told(folder):
            made = self._client(folder)
            token = token_of(folder)
            for split in ("train", "validation"):
                self._upload(made, folder, split, token)
            self._check_grader(made, folder)
            self._create(made, folder)
        self.poll(folder)

    def poll(self, folder: JobFolder) -> None:
        """Fetch what is new: state, events, metrics, checkpoints, result files."""
        remote = folder.read().get("remote", {})
        if "job" not in remote:
            return
        try:
            follow(self._client(folder), folder, remote["job"], self._secrets(folder))
        except RftkitError as error:
            folder.update(unreachable=str(error))
            return
        folder.update(unreachable=None)
        self._keep_budget(folder)

    def cancel(self, folder: JobFolder) -> None:
        """Ask the service to stop; a job that was never begun there is cancelled here."""
        remote = folder.read().get("remote", {})
        if "job" not in remote:
            folder.update(state="cancelled")
            folder.event("cancelled", "cancelled before the service began")
            return
        self._stop(folder, remote)
        self.poll(folder)

    def _stop(self, folder: JobFolder, remote: Mapping[str, Any]) -> None:
        made, secrets = self._client(folder), self._secrets(folder)
        calls.patiently(
            "cancelling the job",
            lambda: made.fine_tuning.jobs.cancel(remote["job"]),
            find=lambda: _if_ended(made.fine_tuning.jobs.retrieve(remote["job"])),
            secrets=secrets,
            wait=self._wait,
        )
        folder.event("cancelled", "the service was asked to stop")

    def resume(self, folder: JobFolder) -> None:
        """Take up a start that was cut off, or a job that is paused."""
        remote = folder.read().get("remote", {})
        if "job" not in remote:
            folder.update(state="pending", error=None)
            self.start(folder)
            return
        self.poll(folder)
        state = folder.read()["state"]
        if state in ENDED:
            raise InputError(
                f"{folder.id} has {state} at the service, which does not go on with a job that has ended; train anew "
                f"with ds.train(...){_from_checkpoint(folder)}"
            )
        if state == "paused":
            made = self._client(folder)
            calls.patiently(
                "resuming the job",
                lambda: made.fine_tuning.jobs.resume(remote["job"]),
                secrets=self._secrets(folder),
                wait=self._wait,
            )
            folder.event("resumed", "the service was asked to go on")
            self.poll(folder)

    def _client(self, folder: JobFolder) -> openai.OpenAI:
        if self._made is None:
            self._made = calls.make(folder.read().get("config", {}), self._key)
        return self._made

    def _secrets(self, folder: JobFolder) -> tuple[str, ...]:
        return (self._key or calls.key(folder.read().get("config", {})),)

    def _upload(self, made: openai.OpenAI, folder: JobFolder, split: str, token: str) -> None:
        remote = folder.read()["remote"]
        name = f"{token}-{split}.jsonl"
        if f"{split}_file" not in remote:
            folder.update(remote={f"{split}_begun": True})
            content = folder.data(split).read_bytes()
            sent = calls.patiently(
                f"uploading {split}",
                lambda: made.files.create(file=(name, content), purpose="fine-tune").id,
                find=lambda: _offered(lambda: _file_named(made, name)),
                begun=bool(remote.get(f"{split}_begun")),
                secrets=self._secrets(folder),
                wait=self._wait,
            )
            folder.update(remote={f"{split}_file": sent})
            folder.event("uploaded", f"the {split} set is at the service as {sent}", file=sent)
        self._await_file(made, folder, split)

    def _await_file(self, made: openai.OpenAI, folder: JobFolder, split: str) -> None:
        """Wait until the service has read a file: some begin no job before."""
        sent = folder.read()["remote"][f"{split}_file"]
        for _ in range(_LOOKS):
            file = calls.patiently(
                f"looking at the {split} file",
                lambda: made.files.retrieve(sent),
                secrets=self._secrets(folder),
                wait=self._wait,
            )
            if file.status == "error":
                raise InputError(
                    f"the service cannot use the {split} set: {file.status_details or 'it does not say why'}; "
                    "see what it wants with ds.preview_export(), and train anew"
                )
            if str(file.status).lower() not in _BUSY:
                return
            self._wait(_LOOK)
        raise calls.ServiceError(f"the service has not read the {split} file yet; go on later with resume()")

    def _check_grader(self, made: openai.OpenAI, folder: JobFolder) -> None:
        told = folder.read()
        if told["remote"].get("grader") or told["config"].get("lambda_arn"):
            return
        try:
            calls.patiently(
                "checking the grader",
                lambda: made.fine_tuning.alpha.graders.validate(grader=told["grader"]),
                secrets=self._secrets(folder),
                wait=self._wait,
            )
            outcome, text = "valid", "the service takes the grader"
        except calls.ServiceError as error:
            if not error.not_offered:
                raise
            outcome, text = "unchecked", "the service does not offer to check graders; it was checked here alone"
        folder.update(remote={"grader": outcome})
        folder.event("grader", text)

    def _create(self, made: openai.OpenAI, folder: JobFolder) -> None:
        told = folder.read()
        remote = told["remote"]
        if "job" in remote:
            return
        folder.update(remote={"job_begun": True})
        wanted: dict[str, Any] = {
            "model": told["base"],
            "training_file": remote["train_file"],
            "validation_file": remote["validation_file"],
            "seed": told["seed"],
            "method": shapes.method(told),
        }
        if "suffix" in told["config"]:
            wanted["suffix"] = told["config"]["suffix"]
        began = calls.patiently(
            "beginning the job",
            lambda: made.fine_tuning.jobs.create(**wanted).id,
            find=lambda: _offered(lambda: _job_on(made, remote["train_file"])),
            begun=bool(remote.get("job_begun")),
            secrets=self._secrets(folder),
            wait=self._wait,
        )
        folder.update(remote={"job": began}, started=now())
        folder.event("started", f"the service trains {told['base']} as {began}", job=began)

    def _keep_budget(self, folder: JobFolder) -> None:
        told = folder.read()
        cost, budget = spent(told), told.get("budget_usd")
        if cost is not None:
            folder.update(cost_usd=cost)
        if budget is None or cost is None or cost < budget or told["state"] in ENDED or told.get("over_budget"):
            return
        try:
            self._stop(folder, told["remote"])
        except RftkitError as error:  # the next look tries again: a job that goes on costs money
            folder.update(
                unreachable=f"${cost:.2f} are spent of ${budget:.2f}, and the job could not be stopped: {error}"
            )
            return
        folder.update(over_budget=True)
        folder.event("budget", f"${cost:.2f} are spent of ${budget:.2f}: the job is stopped")
        follow(self._client(folder), folder, told["remote"]["job"], self._secrets(folder))


def _offered(find: Callable[[], str | None]) -> str | None:
    """Return what was found; nothing where the service has no list to look at."""
    import openai

    try:
        return find()
    except openai.APIStatusError as error:
        if error.status_code in (404, 405, 501):
            return None
        raise


def _file_named(made: openai.OpenAI, name: str) -> str | None:
    return next((file.id for file in made.files.list(purpose="fine-tune") if file.filename == name), None)


def _job_on(made: openai.OpenAI, file: str) -> str | None:
    return next((job.id for job in made.fine_tuning.jobs.list() if job.training_file == file), None)


def _if_ended(job: Any) -> Any:
    return job if shapes.state(job.status) in ENDED or job.status == "cancelling" else None


def _from_checkpoint(folder: JobFolder) -> str:
    kept = folder.read().get("checkpoint")
    return f", from its checkpoint with base={kept!r}" if kept else ""


def _cost(job: Mapping[str, Any], train: int, validation: int) -> Iterator[str]:
    url = job["config"].get("base_url") or "OpenAI"
    yield f"{train:,} training and {validation:,} validation records go to {url}"
    price = job["config"].get("price_per_hour")
    if price is None:
        yield "the service does not say what training costs before it is done"
    else:
        limit = job.get("budget_usd")
        stop = (
            f"; a look at its status that finds ${limit:.2f} spent stops it: keep one going"
            if limit is not None
            else ""
        )
        yield f"an hour of training costs ${price:.2f}, and nobody knows how many it takes{stop}"
    if job["grader"].get("type") in ("score_model", "multi"):
        yield "models that the grader asks are paid for as well"
