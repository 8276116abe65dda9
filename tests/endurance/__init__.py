"""What work folders survive: kills, full disks, nipype's traps; and what that costs.

``python3 -m tests.endurance [kills traps disk together cost] [--times N]``; not run by the test
command, which has a few of each.
"""
