"""Writes a zone of 1,000 names for dnsmasq, and the questions about it.

    python3 zone.py CONFIGURATION QUESTIONS
"""

import random
import sys

random.seed(7)
KINDS = ["A", "AAAA", "CNAME", "MX", "TXT", "SRV", "PTR", "CAA"]


def lines(name, kind, number):
    low, high = number % 250, number // 250
    match kind:
        case "A":
            # Up to four addresses.
            return [f"host-record={name},10.{high}.{more}.{low}" for more in range(number % 4 + 1)]
        case "AAAA":
            return [f"host-record={name},2001:db8::{number:x}"]
        case "CNAME":
            return [f"cname={name},target{number % 10}.zone.test"]
        case "MX":
            return [f"mx-host={name},mail{number}.zone.test,{low}"]
        case "TXT":
            return [f'txt-record={name},"text {number}","more text"']
        case "SRV":
            return [f"srv-host={name},target.zone.test,{number},{low}"]
        case "PTR":
            return [f"ptr-record={name},pointer{number}.zone.test"]
        case "CAA":
            return [f"caa-record={name},0,issue,ca{number}.example"]


def main():
    configuration, questions = sys.argv[1:]
    config = ["no-resolv", "no-hosts", "local=/zone.test/", "local=/nx.test/", "address=/a.test/10.1.1.1"]
    # Long enough for all questions, so that no TTL is 0.
    config += ["local-ttl=600", "cache-size=10000"]
    config += [f"host-record=target{number}.zone.test,10.9.9.{number}" for number in range(10)]
    # More than fits into a datagram.
    config += [f'txt-record=big.zone.test,"{number:03}{"x" * 200}"' for number in range(12)]
    asked = ["big.zone.test TXT"]
    for number in range(1000):
        name = f"n{number}.zone.test"
        # An alias has no other records, and some names do not exist.
        kinds = random.sample([kind for kind in KINDS if kind != "CNAME"], number % 4)
        if number % 7 == 0:
            kinds = ["CNAME"]
        for kind in kinds:
            config += lines(name, kind, number)
        asked += [f"{name} {kind}" for kind in KINDS]
    with open(configuration, "w") as file:
        file.write("\n".join(config) + "\n")
    with open(questions, "w") as file:
        file.write("\n".join(asked) + "\n")


main()
