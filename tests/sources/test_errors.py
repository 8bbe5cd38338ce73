"""Errors keep all they say on their way out of another process."""

from __future__ import annotations

import pickle

from sources.errors import Exit, FtaError


def test_an_error_comes_whole_out_of_another_process() -> None:
    error = FtaError("bad", "It is bad.", where={"page": 3}, remedy="Mend it.", exit_code=Exit.DOCUMENT)
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, FtaError)
    assert (again.as_json(), again.exit_code, str(again)) == (error.as_json(), Exit.DOCUMENT, str(error))
