"""Records in a file, a line each, written as they come: a run that is killed loses none."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path


class Records:
    """What tasks returned, in this run or an earlier one.

    Args:
        path: a file of JSON lines. It need not exist.
        keep: which of the records of earlier runs count.
    """

    def __init__(self, path: Path, keep: Callable[[dict], bool] = lambda record: True):
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.known = {record["key"]: record for record in map(json.loads, lines) if keep(record)}

    def complete(self, tasks: Mapping[str, Callable[[], dict]], jobs: int, show: Callable[[dict], str]) -> list[dict]:
        """The records of all tasks, in their order. What is not known is computed, `jobs` tasks at a time.

        Args:
            tasks: key -> what to call for its record.
            show: a line about a record, which is printed when it has come.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        pool = ThreadPoolExecutor(jobs)
        futures = {pool.submit(task): key for key, task in tasks.items() if key not in self.known}
        try:
            with self.path.open("a") as file:
                for count, future in enumerate(as_completed(futures), 1):
                    record = {"key": futures[future], **future.result()}
                    self.known[record["key"]] = record
                    print(json.dumps(record), file=file, flush=True)
                    print(f"{count}/{len(futures)} {show(record)}", flush=True)
        finally:
            pool.shutdown(cancel_futures=True)
        return [self.known[key] for key in tasks]
