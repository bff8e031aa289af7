"""A small home with a ledger of two days, an erased payload, a witness, and the bundles that are exported of it."""

import importlib.util
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from release_world import AUDITOR, World, make_world

import governance
from governance.audit import witnesses
from governance.audit.export import Audience, export
from governance.ledger import checkpoint
from governance.ledger.signing import Kind, SigningKey

FILE = Path(governance.__file__).parent / "audit" / "amar_verify.py"
WITNESS = SigningKey("witness.example/w", Kind.WITNESS, Ed25519PrivateKey.from_private_bytes(bytes([7] * 32)))
ERASED = 2


def alone(path: Path = FILE) -> ModuleType:
    """The single file, imported by its path as an outsider's copy is."""
    spec = importlib.util.spec_from_file_location("amar_verify_alone", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@dataclass
class Bundles:
    """What was exported.

    Attributes:
        world: The home.
        root: Folder of the bundles, by audience.
        vkey: The log's key.
        kept: Checkpoints that somebody kept, of the first day and of the end.
    """

    world: World
    root: Path
    vkey: str
    kept: tuple[Path, ...]

    def held(self, audience: str) -> dict[str, bytes]:
        """The files of a bundle."""
        folder = self.root / audience
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def make_ledger(folder: Path) -> World:
    """Make the home; its newest checkpoint bears the witness's signature."""
    world = make_world(folder)
    witnesses.register(world.context, WITNESS.verifying.vkey, actor=AUDITOR, decision="D-1", now=world.tick())
    world.release()
    with world.context.ledger.writing() as ledger:
        ledger.erase(ERASED, office="HQ-STATISTICS", clause="OPEN-1", reason="asked", now=world.tick())
    world.now += timedelta(days=1)
    world.release("INSURED")
    with world.context.ledger.reading() as ledger:
        note = ledger.checkpoint().note
    cosigned = checkpoint.cosign(note, WITNESS, time=int(world.now.timestamp()))
    witnesses.cosign(world.context, cosigned.encode())
    return world


def make_bundles(folder: Path) -> Bundles:
    """Make the home and export it for both audiences."""
    world = make_ledger(folder / "home")
    for audience in Audience:
        export(world.context, folder / audience, audience=audience, actor=AUDITOR)
    with world.context.ledger.reading() as ledger:
        checkpoints = ledger.checkpoints()
    kept = []
    for each in checkpoints:
        path = folder / f"kept-{each.tree_size}.note"
        path.write_text(each.note, encoding="utf-8")
        kept.append(path)
    return Bundles(world, folder, checkpoints[-1].vkey, tuple(kept))
