# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether declared jobs are scraped: each has its instances, all of them up, fresh, and telling something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook
from ansible_collections.golive.verify.plugins.plugin_utils.many import Seen
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.server import Labels, Sample
from ansible_collections.golive.verify.plugins.plugin_utils.prometheus.windows import named

UP, AGE, TOLD = "up", "time() - timestamp(up)", "scrape_samples_scraped"
_MOST_NAMED = 5
# Seconds by which a sample may be ahead of the server's clock.
_SKEW = 60


def job_seen(job: Mapping[str, Any], label: str, answers: Mapping[str, list[Sample]], minutes: int) -> Seen:
    """What a job's instances show. answers: by expression."""
    found = {name: _of(samples, label, job["name"]) for name, samples in answers.items()}
    up = found[UP]
    if not up:
        return {"instances": 0}, [f"no series of up has {label}={job['name']}: it is not scraped"]
    if up.keys() != found[AGE].keys() or not up.keys() <= found[TOLD].keys():
        raise CannotLook("malformed", f"not every instance of {job['name']} has scrape_samples_scraped and an age")
    down = [named(one) for one, value in up.items() if value != 1]
    old = [named(one) for one, age in found[AGE].items() if not -_SKEW <= age <= minutes * 60]
    empty = [named(one) for one in up if up[one] == 1 and found[TOLD][one] <= 0]
    problems = [
        *_told(down, "not up"),
        *_told(old, f"without a sample in {minutes} minutes"),
        *_told(empty, "up, but without one sample"),
    ]
    if len(up) < job["instances"]:
        problems.append(f"{len(up)} instances are scraped, of at least {job['instances']}")
    if job["max_instances"] is not None and len(up) > job["max_instances"]:
        problems.append(f"{len(up)} instances are scraped, over {job['max_instances']}")
    samples = sum(found[TOLD][one] for one in up)
    return {"instances": len(up), "up": len(up) - len(down), "samples": round(samples)}, problems


def _of(samples: list[Sample], label: str, name: str) -> dict[Labels, float]:
    return {sample.labels: sample.value for sample in samples if (label, name) in sample.labels}


def _told(names: list[str], how: str) -> list[str]:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return [f"{how}: {', '.join(names[:_MOST_NAMED])}{more}"] if names else []
