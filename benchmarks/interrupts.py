#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: interrupts.py PROGRAM PILOT [--after 3 10 30] [--only "fit scdbm" ...]

How long commands of the program work on after Ctrl-C: each is started on PILOT (a 10x folder, large), gets SIGINT after so
many seconds, and is waited for. Prints a table: seconds to its end, and the last thing it had said. A command that ends
before is given no longer delay. Two seconds are the promise; the machine's other work counts.
"""
import argparse, os, re, signal, subprocess, tempfile, time

COMMANDS = {
    "generate harmonium": ["generate", "--model", "harmonium"],
    "generate independent-nb": ["generate", "--model", "independent-nb"],
    "generate cluster-nb": ["generate", "--model", "cluster-nb"],
    "generate bootstrap": ["generate", "--model", "bootstrap"],
    "generate scdbm": ["generate", "--model", "scdbm"],
    "fit scdbm, 64 units": ["fit", "--model", "scdbm", "--hidden", "64"],
    "generate vae-prior": ["generate", "--model", "vae-prior"],
    "generate vae-posterior": ["generate", "--model", "vae-posterior"],
    "evaluate": ["evaluate"],
    "study": ["study"],
    "plan": ["plan"],
}


def arguments_of(command, pilot, output):
    if command[0] == "evaluate": return ["evaluate", "--reference", pilot, "--synthetic", pilot, "--output", output]
    if command[0] == "study": return ["study", "--reference", pilot, "--output", output]
    if command[0] == "plan": return ["plan", "--pilot", pilot, "--output", output]
    return command + ["--pilot", pilot, "--output", output + (".harmonium" if command[0] == "fit" else "")]


def interrupted(program, arguments, delay, log):
    """Seconds from SIGINT to the end, or None if it had ended before; what it said last; its exit code."""
    with open(log, "w") as file:
        run = subprocess.Popen([program, *arguments], stdout=file, stderr=file)
        took = None
        try:
            run.wait(delay)
        except subprocess.TimeoutExpired:
            begin = time.monotonic()
            run.send_signal(signal.SIGINT)
            run.wait()
            took = time.monotonic() - begin
    with open(log) as file:
        said = [line.strip() for line in re.split(r"[\r\n]", file.read()) if line.strip()]
    return took, said, run.returncode


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("program"), asked.add_argument("pilot")
    asked.add_argument("--after", type=float, nargs="+", default=[3, 10, 30])
    asked.add_argument("--only", nargs="+", choices=list(COMMANDS), default=list(COMMANDS))
    asked = asked.parse_args()
    print("| command | SIGINT after, s | ended after, s | it was at |\n|---|---|---|---|")
    for name in asked.only:
        for delay in asked.after:
            with tempfile.TemporaryDirectory() as folder:
                output = os.path.join(folder, "out")
                took, said, code = interrupted(asked.program, arguments_of(COMMANDS[name], asked.pilot, output), delay,
                                               os.path.join(folder, "log"))
            before = next((line for line in reversed(said) if not line.startswith("interrupted") and "harmonium:" not in line), "nothing said")
            ended = f"{took:.1f}" if took is not None else f"by itself, exit code {code}"
            print(f"| {name} | {delay:g} | {ended} | {before[:70].replace('|', '/')} |", flush=True)
            if took is None: break


if __name__ == "__main__":
    main()
