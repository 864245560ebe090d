"""The life of anything that is trained: request, lease, subprocess, gate, artefact, deployment. Knows no algorithm."""
