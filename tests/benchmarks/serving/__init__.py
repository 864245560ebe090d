"""The stage of the serving benchmark: a database of its own, a deployed artefact, a server, and the peers' views."""
