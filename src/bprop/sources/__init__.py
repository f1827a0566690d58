"""Where data comes from, on one road: a file, a folder, standard input or built-in data becomes a `Frame` of columns
(`opening`, `formats`), of which kinds of columns (`columns`) and an `Answer` make the arrays of a network
(`Preparation`, `scaling`). A table larger than memory takes the same road in pieces (`stream`)."""
