"""Kubernetes: what `kubectl kustomize` makes of base and example, whether the schemas of Kubernetes take that, and what the pods may do."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from deploy_tools import DEPLOY, passed, run

from tussenruimte import GRACE_SECONDS

FOLDER = DEPLOY / "kubernetes"
SECRETS = ("root.key", "pgpass", "redis.url", "owner/pgpass")


def prepared(folder: Path) -> Path:
    """The folder as an operator has it who made the secrets."""
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("secrets"))
    (folder / "example" / "secrets" / "owner").mkdir(parents=True)
    for name in SECRETS:
        (folder / "example" / "secrets" / name).write_text(f"made for {name}\n")
    return folder


@pytest.fixture(scope="module", params=["base", "example"])
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = prepared(tmp_path_factory.mktemp("kubernetes") / "kubernetes")
    file = folder / "rendered.yaml"
    file.write_text(passed("kubectl", "kustomize", folder / request.param))
    return file


@pytest.fixture(scope="module")
def objects(rendered: Path) -> list[Any]:
    return list(yaml.safe_load_all(rendered.read_text()))


def of(objects: list[Any], kind: str) -> dict[str, Any]:
    return {one["metadata"]["name"]: one for one in objects if one["kind"] == kind}


def pods(objects: list[Any]) -> dict[str, Any]:
    """The labels and specification of every pod, by what makes it."""
    return {one["metadata"]["name"]: one["spec"]["template"] for one in objects if one["kind"] in ("Deployment", "Job")}


def test_the_schemas_of_kubernetes_take_it(rendered: Path) -> None:
    passed("kubernetes-validate", "--strict", rendered)


HARM = [("livenessProbe:", "livenessprobe:"), ("maxUnavailable: 1", "maxUnavailable: [1]"), ("replicas: 2", "replicas: two")]


@pytest.mark.parametrize("harm", HARM)
def test_the_schemas_would_find_what_is_wrong(harm: tuple[str, str], rendered: Path, tmp_path: Path) -> None:
    assert harm[0] in rendered.read_text()
    (tmp_path / "harmed.yaml").write_text(rendered.read_text().replace(*harm))
    assert run("kubernetes-validate", "--strict", tmp_path / "harmed.yaml").returncode == 1


def test_no_pod_has_a_privilege(objects: list[Any]) -> None:
    assert pods(objects).keys() == {"tussenruimte-api", "tussenruimte-worker", "tussenruimte-migrate"}
    for template in pods(objects).values():
        pod = template["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        assert {kind for volume in pod["volumes"] for kind in volume.keys() - {"name"}} == {"secret", "emptyDir"}
        for container in pod["containers"] + pod["initContainers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["limits"].keys() == {"memory"}
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}


def test_no_pod_but_the_one_that_makes_the_tables_can_be_their_owner(objects: list[Any]) -> None:
    for name, template in pods(objects).items():
        pod = template["spec"]
        owners = [one for one in pod["volumes"] if one.get("secret", {}).get("secretName", "").startswith("tussenruimte-owner")]
        named = {one["name"]: one.get("value") for one in pod["containers"][0]["env"]}
        (copied,) = pod["initContainers"]
        if name == "tussenruimte-migrate":
            assert len(owners) == 1
            assert named["TUSSENRUIMTE_OWNER"] == "tussenruimte_owner"
            assert copied["command"][-2:] == ["/run/secrets/owner/pgpass", named["PGPASSFILE"]]
            assert "/run/secrets/owner" in {one["mountPath"] for one in copied["volumeMounts"]}
        else:
            assert owners == []
            assert "TUSSENRUIMTE_OWNER" not in named
            assert copied["command"][-2:] == ["/run/secrets/tussenruimte/pgpass", named["PGPASSFILE"]]


def test_the_api_is_asked_whether_it_lives_and_whether_it_is_ready(objects: list[Any]) -> None:
    pod = pods(objects)["tussenruimte-api"]["spec"]
    (container,) = pod["containers"]
    asked = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}
    assert asked == {"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"}
    assert container["ports"] == [{"name": "http", "containerPort": 8000}, {"name": "metrics", "containerPort": 9464}]
    slept = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert slept >= 5
    assert pod["terminationGracePeriodSeconds"] > slept + GRACE_SECONDS


def test_of_api_and_workers_one_of_two_stays_whatever_is_emptied(objects: list[Any]) -> None:
    deployments, budgets = of(objects, "Deployment"), of(objects, "PodDisruptionBudget")
    assert deployments.keys() == budgets.keys() == {"tussenruimte-api", "tussenruimte-worker"}
    for name, deployment in deployments.items():
        assert deployment["spec"]["replicas"] == 2
        assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert budgets[name]["spec"]["maxUnavailable"] == 1
        assert budgets[name]["spec"]["selector"] == deployment["spec"]["selector"]
        (spread,) = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert spread["topologyKey"] == "kubernetes.io/hostname"
        assert spread["labelSelector"]["matchLabels"].items() <= deployment["spec"]["template"]["metadata"]["labels"].items()


def test_the_service_leads_to_the_api_and_nowhere_else(objects: list[Any]) -> None:
    (service,) = of(objects, "Service").values()
    chosen = service["spec"]["selector"].items()
    assert [name for name, template in pods(objects).items() if chosen <= template["metadata"]["labels"].items()] == ["tussenruimte-api"]


def test_nobody_reaches_a_pod_unless_it_is_said(objects: list[Any]) -> None:
    policies = of(objects, "NetworkPolicy")
    closing = policies["tussenruimte"]["spec"]
    assert closing["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in closing
    for template in pods(objects).values():
        assert closing["podSelector"].get("matchLabels", {}).items() <= template["metadata"]["labels"].items()
    ports = {port["port"] for rule in closing["egress"] for port in rule["ports"]}
    assert ports == {53, 5432, 6379, 6432}


def test_no_secret_stands_in_what_is_kept() -> None:
    kept = "\n".join(path.read_text() for path in FOLDER.rglob("*.yaml"))
    assert "kind: Secret\n" not in kept
    assert not re.search(r"://[^/@\s]*:[^/@\s]+@(?!host)", kept)
    assert (FOLDER / "example" / ".gitignore").read_text() == "secrets/\n"


def test_a_changed_secret_or_setting_starts_new_pods(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "kubernetes")
    before = passed("kubectl", "kustomize", folder / "example")
    (folder / "example" / "secrets" / "pgpass").write_text("another one\n")
    after = passed("kubectl", "kustomize", folder / "example")
    named = r"secretName: (tussenruimte-secrets-\w+)"
    assert set(re.findall(named, before)).isdisjoint(re.findall(named, after))


def test_what_an_upgrade_applies_first_are_the_tables_and_what_they_need(tmp_path: Path) -> None:
    """The selector of the page on operating, `component notin (api, worker)`, as the server reads it."""
    objects = list(yaml.safe_load_all(passed("kubectl", "kustomize", prepared(tmp_path / "kubernetes") / "example")))
    labels = {f"{one['kind']}/{one['metadata']['name']}": one["metadata"].get("labels", {}) for one in objects}
    later = {name for name, own in labels.items() if own.get("app.kubernetes.io/component") in ("api", "worker")}
    assert {name.split("/")[0] for name in later} == {"Deployment", "Service", "PodDisruptionBudget"}
    assert {"Job/tussenruimte-migrate", "Namespace/tussenruimte", "ServiceAccount/tussenruimte"} < labels.keys() - later
    assert {name.split("/")[0] for name in labels.keys() - later} >= {"ConfigMap", "Secret"}
