"""Run as a program by a Python that knows nothing of the platform, beside `standalone.py` under the name `verify.py`: it verifies what it
is given, and refuses what is spoilt. Old Pythons have to read this too.
"""

import json
import sys

import verify


def refused(asking, *told):
    try:
        asking(*told)
    except verify.Unproven:
        return True
    return False


def main():
    given = json.load(sys.stdin)
    key, witness = verify.parse_key(given["log"]), verify.parse_key(given["witness"])
    checkpoint = given["checkpoint"].encode()
    size, root, seen = verify.open_checkpoint(checkpoint, key, [witness])
    assert (size, list(seen.values())) == (given["size"], [given["at"]])
    leaf = verify.leaf(given["envelope"].encode())
    inclusion = [bytes.fromhex(each) for each in given["inclusion"]]
    verify.verify_inclusion(leaf, given["index"], size, inclusion, root)
    old_size, old_root, _ = verify.open_checkpoint(given["before"].encode(), key)
    consistency = [bytes.fromhex(each) for each in given["consistency"]]
    verify.verify_consistency(old_size, old_root, size, root, consistency)

    assert refused(verify.parse_key, given["log"][:-1])
    assert refused(verify.open_checkpoint, checkpoint.replace(b"1", b"2", 1), key, [witness])
    assert refused(verify.open_checkpoint, checkpoint, witness)
    assert refused(verify.verify_inclusion, verify.leaf(b"{}"), given["index"], size, inclusion, root)
    assert refused(verify.verify_consistency, old_size, root, size, root, consistency)
    print("verified")


main()
