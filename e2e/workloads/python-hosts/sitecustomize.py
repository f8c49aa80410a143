"""What hosts-file.ts is, for Python: the names in the file HOSTS_FILE lead to their addresses there. The program is as it was published."""

import os
import re
import socket

with open(os.environ["HOSTS_FILE"], encoding="utf8") as lines:
    addresses = {name: address for address, name in re.findall(r"^([\d.]+)\s+(\S+)$", lines.read(), re.MULTILINE)}

getaddrinfo = socket.getaddrinfo


def lookup(host, *args, **more):
    return getaddrinfo(addresses.get(host, host), *args, **more)


socket.getaddrinfo = lookup
