"""The calls by topic, one file a topic: each is said once, as a method with its documentation.

The method's arguments become the request by their names, and the answer is read by the names of its fields. `awaited/`
is generated from these files: the same classes with methods to await.
"""
