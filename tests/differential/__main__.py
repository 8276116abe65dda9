"""``python3 -m tests.differential TABLE...``: see the package."""

import logging
import sys
from pathlib import Path

from . import __doc__ as usage
from .strategies import compare

logging.getLogger("nipype.interface").setLevel(logging.ERROR)
if len(sys.argv) < 2:
    sys.exit(usage)
failed = False
for table in map(Path, sys.argv[1:]):
    tally = compare(table)
    n_refused = sum(tally.refused.values())
    print(
        f"{table.name}: {tally.agree + n_refused + len(tally.wrong)} cases; {tally.agree} agree, by "
        f"{tally.largest:.1e} standard deviations at most; {n_refused} refused by both; "
        f"{len(tally.wrong)} differ"
    )
    for reason, count in tally.refused.most_common():
        print(f"    refused {count:5}: {reason}")
    for case in tally.wrong[:40]:
        print(f"    WRONG {case}")
    failed |= bool(tally.wrong)
sys.exit(failed)
