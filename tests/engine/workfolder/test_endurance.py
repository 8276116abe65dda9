"""A few of what ``python3 -m tests.endurance`` does hundreds of times."""

from tests.endurance import kills, together


def columns(module, rows):
    return [dict(zip(module.COLUMNS, row, strict=True)) for row in rows]


def test_a_run_that_was_killed_is_taken_up_where_it_was(tmp_path):
    for row in columns(kills, kills.kills(tmp_path, 4)):
        n_kills = row["while at work"].split(" of ")[1]
        assert row["then the same bytes"] == n_kills, row
        assert row["files left behind"] == row["nodes run without need"] == "0", row


def test_two_runs_at_once_both_give_the_right_results_or_one_says_why_not(tmp_path):
    refused, waited = columns(together, together.together(tmp_path, 1))
    # both succeed if the first is done before the second comes as far as the lock
    assert refused["exit statuses"] == "1 times (0, 0)" or refused["said"].startswith("process")
    assert waited["exit statuses"] == "1 times (0, 0)"
    assert refused["right results"] == waited["right results"] == "1 of 1"
