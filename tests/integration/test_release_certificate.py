"""The API opens a release only where its certificate could have been given."""

from dataclasses import replace

import pytest
from release_world import make_world

from api.site import Site
from governance.releases.certified import check_certified
from governance.releases.manifest import ManifestError


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    world = make_world(tmp_path_factory.mktemp("certified"))
    world.release()
    return world


class Store:
    """A store whose manifests say something else."""

    def __init__(self, store, change):
        self._store, self._change = store, change

    def manifest(self, dataset, version):
        return self._change(self._store.manifest(dataset, version))


def lowering(label):
    """Change a manifest's certificate to one that says the gate lowered `label`."""

    def change(manifest):
        lowered = {**manifest.certificate.lowered, "value": label}
        return manifest.model_copy(update={"certificate": manifest.certificate.model_copy(update={"lowered": lowered})})

    return change


def opened(world, change):
    context = replace(world.context, store=Store(world.context.store, change))
    return Site(context).resolve("INDICATORS")


@pytest.mark.parametrize(
    "label", ["capital × aggregate", "private|capital × aggregate", "private × record", "secret × x", ""]
)
def test_what_no_gate_may_lower_is_not_served(released, label):
    with pytest.raises(ManifestError, match="no gate may lower"):
        opened(released, lowering(label))


def test_what_the_gate_lowered_is_served(released):
    assert opened(released, lowering("private × aggregate")).manifest.certificate.lowered["value"]
    assert set(Site(released.context).resolve("INDICATORS").manifest.certificate.lowered) >= {"value", "period"}


def test_a_release_from_before_certificates_stays(released):
    manifest = released.context.store.manifest("INDICATORS", "1.0.0")
    check_certified(manifest.model_copy(update={"certificate": None}))
