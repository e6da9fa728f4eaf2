"""Every kind of node, one file each. A new file in this folder is found by itself."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

from engine.components.base import TIERS, Component

# Kinds of the document format that this version does not have; naming one is answered with a sentence of its own.
NOT_YET = (
    "topic", "route53", "cloudfront", "global_accelerator", "api_gateway", "nlb",
    "ecs", "eks", "lambda", "sqs", "sns", "eventbridge", "kinesis", "step_functions", "dynamodb", "aurora", "elasticache", "s3", "efs",
    "nat_gateway", "external",
)  # fmt: skip


def _found() -> dict[str, type[Component]]:
    """Kind → class of every `Component` with a kind that is defined in a module of this folder."""
    kinds: dict[str, type[Component]] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for cls in vars(module).values():
            if inspect.isclass(cls) and issubclass(cls, Component) and cls.__module__ == module.__name__:
                kind = cls.model_fields["kind"].default
                if kind:
                    kinds[kind] = cls
    return dict(sorted(kinds.items(), key=lambda item: (TIERS.index(item[1].tier), item[0])))


COMPONENTS = _found()
