"""How fast bprop trains, beside its peers and the machine's own limits: `python -m benchmarks`."""
