"""The verifiable log: an append-only list of entries whose history anyone can check offline.

Words. A *log* is a list of *entries* (bytes); its *root* is one hash over all of them, as RFC 6962 and RFC
9162 build it. An *inclusion proof* shows that an entry stands at an index of the log of a size, a
*consistency proof* that the log of an older size is the beginning of the newer one. A *checkpoint* is origin,
size and root as a text, *signed* as a note (C2SP) by the log and *cosigned* by witnesses. *Tiles* are the
hashes as files that never change (C2SP tlog-tiles).

`verify` checks all of it with the standard library alone, and its file runs by itself. `tree` grows a log in
memory, `proof` computes roots and proofs from any store of hashes, `tiles` lays hashes out as files, `note`
signs, `proof_file` writes what `verify` reads.
"""
