"""Asks several servers the same questions with dig, and compares all sections of their responses.

    python3 differential.py QUESTIONS ADDRESS#PORT...

QUESTIONS is a file with a name and a type on each line. Records are compared as sets. A record that a server
has had in its cache since another question may be older than that of others, by the time that this has taken.
"""

import re
import subprocess
import sys
import tempfile
import time


def ask(questions, server):
    """Returns a list with the code and the sections of each response."""
    address, port = server.split("#")
    options = ["+noall", "+comments", "+answer", "+authority", "+question", "+tries=2", "+timeout=5"]
    command = ["dig", f"@{address}", "-p", port, "-f", questions, *options]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    responses = []
    for line in output.splitlines():
        if match := re.search(r"status: (\w+), id:", line):
            responses.append((match[1], []))
        elif line.startswith(";; ") and line.endswith(" SECTION:"):
            section = line.split()[1]
        elif line and not line.startswith((";;", "; ")):
            words = line.lower().lstrip(";").split(None, 4)
            if section == "QUESTION":
                responses[-1][1].append((section, words[0], words[2], "", 0))
            elif section in ("ANSWER", "AUTHORITY"):
                name, ttl, _, kind, data = words
                responses[-1][1].append((section, name, kind, data, int(ttl)))
    return [(code, sorted(records)) for code, records in responses]


BEGUN = time.monotonic()


def are_equal(one, other):
    if one[0] != other[0] or len(one[1]) != len(other[1]):
        return False
    pairs = zip(one[1], other[1])
    limit = 1 + time.monotonic() - BEGUN
    return all(a[:4] == b[:4] and abs(a[4] - b[4]) <= limit for a, b in pairs)


def compare(asked, servers):
    """Returns the number of questions with NOERROR, and those that are answered differently."""
    with tempfile.NamedTemporaryFile("w", suffix=".questions") as file:
        file.write("".join(f"{question}\n" for question in asked))
        file.flush()
        answers = [ask(file.name, server) for server in servers]
    for server, responses in zip(servers, answers):
        if len(responses) != len(asked):
            sys.exit(f"{server} has answered {len(responses)} of {len(asked)} questions")
    different = [
        (question, responses)
        for question, *responses in zip(asked, *answers)
        if not all(are_equal(responses[0], response) for response in responses[1:])
    ]
    return sum(code == "NOERROR" for code, _ in answers[0]), different


def main():
    questions, *servers = sys.argv[1:]
    with open(questions) as lines:
        asked = [line.strip() for line in lines]
    existing, different = compare(asked, servers)
    again = len(different)
    if different:
        # On a busy machine, a server may give up a question that it could answer.
        time.sleep(1)
        _, different = compare([question for question, _ in different], servers)
    for question, responses in different[:10]:
        print(question)
        for server, response in zip(servers, responses):
            print(f"    {server}: {response}")
    print(f"{len(asked)} questions, {existing} with NOERROR, {again} asked again: {len(different)} differ")
    sys.exit(len(different) > 0)


main()
