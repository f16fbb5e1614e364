"""Reads and checks spec/soc.yaml for scripts/gen_spec.py."""

PAGE = 0x1000


def load(raw, tools):
    """The checked description in the form that its templates read. `tools` is gen_spec: its checks, and their error."""
    tools.known_keys(raw, "soc", ("name", "title", "regions", "constants", "registers"))
    return {"title": raw["title"], "regions": load_regions(raw["regions"], tools),
            "constants": tools.load_constants(raw["constants"]),
            "devices": load_devices(raw["registers"], raw["regions"], tools)}


def load_regions(raw, tools):
    regions = []
    for name, node in raw.items():
        where = f"region {tools.identifier(name, 'regions', upper=True)}"
        tools.known_keys(node, where, ("base", "size", "doc"))
        base, size = (tools.integer(node[key], f"{where}: {key}") for key in ("base", "size"))
        tools.require(base % PAGE == 0 and size % PAGE == 0 and size > 0, f"{where}: base and size must be multiples of 4 KiB.")
        tools.require(base + size <= 2**32, f"{where}: ends above 32 bits of address.")
        for other in regions:
            tools.require(base >= other["base"] + other["size"] or other["base"] >= base + size,
                          f"{where}: overlaps {other['name']}.")
        regions.append({"name": name, **node})
    return regions


def load_devices(raw, regions, tools):
    devices = []
    for device, registers in raw.items():
        tools.require(device in regions, f"registers: there is no region '{device}'.")
        listed = []
        for name, node in registers.items():
            where = f"register {device}.{tools.identifier(name, device, upper=True)}"
            tools.known_keys(node, where, ("offset", "access", "doc"))
            offset = tools.integer(node["offset"], f"{where}: offset", 0, regions[device]["size"] - 4)
            tools.require(offset % 4 == 0, f"{where}: offsets are multiples of 4.")
            tools.require(node["access"] in ("ro", "rw", "wo"), f"{where}: access '{node['access']}' is none of ro, rw, wo.")
            tools.require(offset not in [r["offset"] for r in listed], f"{where}: offset {offset:#x} is used twice.")
            listed.append({"name": name, **node})
        devices.append({"name": device, "registers": listed})
    return devices
