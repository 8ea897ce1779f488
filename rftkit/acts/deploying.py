"""Deploy: the model of a job served here, files to serve it elsewhere, or its endpoint at the service; and its card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rftkit.acts import resulting
from rftkit.acts.training_job import TrainingJob
from rftkit.deploy import files as written
from rftkit.deploy.card import card
from rftkit.deploy.deployment import Deployment
from rftkit.errors import ApprovalError, InputError, RftkitError
from rftkit.store.transaction import write_file

if TYPE_CHECKING:
    from rftkit.acts.context import Context

PLACES: Final = ("local", "vllm", "ollama", "hosted")


def deploy(
    ds: Context,
    job: TrainingJob | str | None = None,
    *,
    to: str = "local",
    folder: str | Path | None = None,
    name: str | None = None,
    port: int = 0,
    keep: bool = False,
    api_key: str | None = None,
    approved: bool = False,
    licence: str | None = None,
) -> Deployment:
    """Serve the model that a job kept, or write what serves it; its model card lies beside.

    Parameters
    ----------
    ds
        The dataset.
    job
        The job or its id; the newest by default.
    to
        ``local`` (a server on this machine), ``vllm`` or ``ollama`` (files and commands), ``hosted`` (the endpoint of the
        service that trained).
    folder
        Where files go; ``deploy/`` in the job's folder by default.
    name
        What the model is to be called; dataset and job by default.
    port
        Of a server on this machine; a free one by default.
    keep
        Let a server on this machine outlive this process, until `undeploy`; otherwise it ends with it.
    api_key
        Of the service; the environment's by default.
    approved
        Whether what the service asks for is approved: one short call.
    licence
        For the model card.

    Raises
    ------
    InputError
        There is no such place, or the job's model cannot go there.
    """
    if to not in PLACES:
        raise InputError(f"a model cannot be deployed to {to!r}; use {', '.join(PLACES)}")
    found = resulting.job_of(ds, job)
    place = Path(folder).expanduser() if folder is not None else found.folder.path / "deploy" / to
    called = name or written.plain_name(ds.name, found.id)
    made = _to(found, to, place, called, (port, keep), api_key, approved=approved)
    described = model_card(ds, found, place / "MODEL_CARD.md", name=called, licence=licence)
    return Deployment(
        made.to, made.model, made.endpoint, made.smoke_test, (*made.files, described), made.notes, made.server
    )


def model_card(
    ds: Context,
    job: TrainingJob | str | None = None,
    path: str | Path | None = None,
    *,
    name: str | None = None,
    licence: str | None = None,
) -> str:
    """Write the model card of a job, and return where it is; without a path, return its text.

    Parameters
    ----------
    ds
        The dataset.
    job
        The job or its id; the newest by default.
    path
        The file.
    name
        What the model is called.
    licence
        Of the model.
    """
    found = resulting.job_of(ds, job)
    told = found.configuration
    text = card(
        {
            "name": name or written.plain_name(ds.name, found.id),
            "job": told,
            "data": _data(ds, told),
            "results": _results(ds, found),
            "dry_run": _dry_run(ds, told),
            "licence": licence,
        }
    )
    if path is None:
        return text
    write_file(Path(path), text.encode())
    return str(path)


def _to(
    job: TrainingJob, to: str, place: Path, name: str, server: tuple[int, bool], api_key: str | None, *, approved: bool
) -> Deployment:
    here = job.configuration["backend"] == "trl"
    if to == "hosted":
        if here:
            raise InputError(
                f"{job.id} was trained on this machine, and no service has its weights; deploy to local, vllm or ollama"
            )
        return _hosted(job, place, api_key, approved=approved)
    if not here:
        raise InputError(f"the weights of {job.id} stay at the service that trained it; deploy it with to='hosted'")
    source = _weights(job)
    if to == "local":
        return _local(job, source, place, name, *server)
    make: Callable[[written.Weights, str, Path], dict[str, str]] = written.vllm if to == "vllm" else written.ollama
    contents = make(written.weights(source), name, place.resolve())
    known = {"vllm": ("hosted_vllm", "http://127.0.0.1:8000/v1"), "ollama": ("ollama_chat", "http://127.0.0.1:11434")}
    provider, url = known[to]
    notes = (f"nothing runs yet: follow {place / 'README.md'}",)
    return Deployment(to, f"{provider}/{name}", url, None, _written(place, contents), notes)


def _weights(job: TrainingJob) -> Path:
    from rftkit.train.checkpoints import model_folder

    found = model_folder(job.folder)
    if found is None:
        raise InputError(
            f"{job.id} has no model yet: it is {job.configuration['state']}; see ds.job({job.id!r}).status()"
        )
    return found.resolve()


def _local(job: TrainingJob, source: Path, place: Path, name: str, port: int, keep: bool) -> Deployment:
    from rftkit.deploy.local import fingerprint, serve

    endpoint = serve(source, name=f"{name}-{fingerprint(source)}", folder=place, port=port, keep=keep)
    tested = endpoint.smoke_test()
    until = f"ds.undeploy({job.id!r}), or: rftkit deploy {job.dataset.path} --job {job.id} --to local --stop"
    notes = (f"it runs until {until}" if keep else "it runs until .server.stop(), or until this process ends",)
    return Deployment("local", endpoint.model, endpoint.url, tested, (), notes, endpoint)


def undeploy(ds: Context, job: TrainingJob | str | None = None, *, folder: str | Path | None = None) -> bool:
    """End the server of a job on this machine, whoever began it; return whether there was one.

    Parameters
    ----------
    ds
        The dataset.
    job
        The job or its id; the newest by default.
    folder
        As `deploy` was given it.
    """
    from rftkit.deploy.local import running_at

    own = resulting.job_of(ds, job).folder.path / "deploy" / "local"
    found = running_at(own if folder is None else Path(folder).expanduser())
    if found is not None:
        found.stop()
    return found is not None


def _hosted(job: TrainingJob, place: Path, api_key: str | None, *, approved: bool) -> Deployment:
    """Ask the model at its service one thing, and write down how to call it; the key is in no file."""
    from rftkit.deploy.hosted import endpoint_of, probe

    if job.configuration["backend"] == "nova":
        return _bedrock(job, place, approved=approved)
    at = endpoint_of(job.configuration, job.id)
    if not approved and not at.here:
        raise ApprovalError(f"the smoke test sends one short call to {at.model}; approve it with approved=True")
    contents = {"smoke_test.py": written.smoke_test(at.model, at.url, at.key_name), "endpoint.json": at.text()}
    return Deployment("hosted", at.model, at.url, probe(at, api_key), _written(place, contents), at.notes)


def _bedrock(job: TrainingJob, place: Path, *, approved: bool) -> Deployment:
    """Have Bedrock deploy the model, which takes minutes; asked again when that is done, it is tested."""
    from rftkit.deploy.hosted import endpoint_of, probe
    from rftkit.train.nova import Nova

    runner = job.backend
    if not approved or not isinstance(runner, Nova):
        raise ApprovalError("Bedrock bills a deployment and its calls; approve it with approved=True")
    runner.deploy(job.folder)
    state = runner.deployed(job.folder)
    at = endpoint_of(job.configuration, job.id)
    contents = {"smoke_test.py": written.smoke_test(at.model, None), "endpoint.json": at.text()}
    if state == "Active":
        return Deployment("hosted", at.model, None, probe(at), _written(place, contents), at.notes)
    notes = (*at.notes, f"the deployment is {state}; ask again in some minutes with the same command")
    return Deployment("hosted", at.model, None, None, _written(place, contents), notes)


def _written(place: Path, contents: dict[str, str]) -> tuple[str, ...]:
    for name, content in contents.items():
        write_file(place / name, content.encode())
    return tuple(str(place / name) for name in contents)


def _data(ds: Context, told: dict[str, Any]) -> dict[str, Any]:
    from rftkit.acts.context import Context
    from rftkit.acts.splitting import split_state

    state = split_state(Context(ds.path, version=told["dataset_version"]))
    counts = told.get("counts", {})
    own = {"dataset": ds.name, "dataset_version": told["dataset_version"], **counts}
    if state is None:
        return own
    stored = {"split_seed": state["configuration"]["seed"], "straddling_groups": state["straddling_groups"]}
    return {**own, **stored, "by_topic": state["by_topic"]}


def _results(ds: Context, job: TrainingJob) -> dict[str, Any] | None:
    try:
        return resulting.results(ds, job).to_dict()
    except RftkitError:
        return None  # the card says that nothing was measured


def _dry_run(ds: Context, told: dict[str, Any]) -> dict[str, Any] | None:
    from rftkit.acts.dry_runs import dry_runs

    mine = [run for run in dry_runs(ds) if run.about.get("grader_fingerprint") == told.get("grader_fingerprint")]
    return {**mine[-1].about, **mine[-1].to_dict()} if mine else None
