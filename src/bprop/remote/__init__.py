"""Files that are not on this machine, by their address: s3://bucket/rows.csv, https://host/rows.csv, memory://rows.csv."""
