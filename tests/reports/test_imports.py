"""What the package shows, and what it costs to import."""

import subprocess
import sys

import pytest

import reports


def test_every_public_name_is_there():
    for name in reports.__all__:
        assert getattr(reports, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'kpi'"):
        _ = reports.kpi


def test_workers_measure_without_pandas_matplotlib_or_scipy():
    code = (
        "import sys, reports.kpis; from reports import measure;"
        "print([name for name in ('pandas', 'matplotlib', 'scipy', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
