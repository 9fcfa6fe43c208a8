"""From what an engine heard to what a person reads: one pure module a kind of change. Put together by `asr.shown`."""
