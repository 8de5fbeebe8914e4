"""What to say about a flag that no program of ours knows."""

import difflib
from collections.abc import Collection, Sequence

_NO_EFFECT = "it had no effect in the published code"
DROPPED = {
    "--epoch_count": "a resumed run keeps its own state, use --continue_train",
    "--norm": "all published networks use instance normalisation",
    "--no_dropout": "no published teacher has dropout",
    "--serial_batches": "training always shuffles, test.py never does",
    "--split": "use --phase",
    "--batch_size": "test.py translates one frame at a time; training has --batchSize",
    "--vtoonify_skip": "the small picture is always moved and corrected",
    **dict.fromkeys(["--hetconv", "--het_1x1", "--spectral_norm", "--label_nc", "--eval_freq"], _NO_EFFECT),
    **dict.fromkeys(["--lambda_A", "--lambda_B", "--which_iter", "--ntest", "--aspect_ratio"], _NO_EFFECT),
}


def complaints(extras: Sequence[str], known: Collection[str]) -> list[str]:
    """One sentence for each argument that parsing left over; the values of an unknown flag go with it."""
    found, flag_before = [], False
    for token in extras:
        if token.startswith("--"):
            found.append(_complaint(token.split("=")[0], known))
            flag_before = True
        elif not flag_before:
            found.append(f"unexpected argument {token!r}: every value follows a --flag")
    return found


def _complaint(flag: str, known: Collection[str]) -> str:
    if flag in DROPPED:
        return f"{flag} is gone: {DROPPED[flag]}"
    guess = _nearest(flag, known)
    return f"unknown flag {flag}" + (f", did you mean {guess}?" if guess else "; --help lists all flags")


def _nearest(flag: str, known: Collection[str]) -> str | None:
    """The known flag that looks most like `flag`, ignoring case and the dashes before it, or None."""
    plain = {_plain(k): k for k in sorted(known)}
    close = difflib.get_close_matches(_plain(flag), plain, n=1)
    return plain[close[0]] if close else None


def _plain(flag: str) -> str:
    return flag.lstrip("-").lower().replace("-", "_")
