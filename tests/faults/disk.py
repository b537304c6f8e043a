"""A disk that loses what was not synchronised, and what a power cut may leave of it.

What POSIX promises is assumed and no more: fsync of a file brings its bytes to the disk, not its name; fsync of a
folder brings the names in it, not the names of the folders above, nor anybody's bytes."""


class File:
    def __init__(self, content=b""):
        self.durable, self.writes = content, []  # writes: (offset, bytes) since; None for bytes: cut to the length

    def content(self, writes=None):
        content = bytearray(self.durable)
        for offset, data in self.writes if writes is None else self.writes[:writes]:
            content.extend(bytes(max(0, offset - len(content))))
            if data is None:
                del content[offset:]
            else:
                content[offset:offset + len(data)] = data
        return bytes(content)

    def sync(self):
        self.durable, self.writes = self.content(), []


class Folder:
    def __init__(self):
        self.durable, self.changes = {}, []  # changes: lists of (name, node or None) that come at once

    def names(self, changes=None):
        names = dict(self.durable)
        for change in self.changes if changes is None else self.changes[:changes]:
            for name, node in change:
                names[name] = node
                if node is None:
                    del names[name]
        return names

    def sync(self):
        self.durable, self.changes = self.names(), []


class Disk:
    def __init__(self, folder=None):
        """`folder`: what is there, and on the disk."""
        self.root = Folder() if folder is None else load(folder)
        self.handles = {}

    def find(self, path):
        node = self.root
        for part in [] if path == "." else path.split("/"):
            node = node.names().get(part) if isinstance(node, Folder) else None
        return node

    def change(self, *changes):
        """Names that change at once; (path, node or None)."""
        folders = {}
        for path, node in changes:
            folder, _, name = path.rpartition("/")
            folders.setdefault(folder or ".", []).append((name, node))
        for folder, entries in folders.items():
            self.find(folder).changes.append(entries)

    def apply(self, operation, sync=True):
        """`sync` False: a sync that is not done."""
        if operation.outcome != 0:
            return
        kind, path = operation.kind, operation.path
        if kind == "create":
            self.change((path, File()))
        if kind in ("create", "open"):
            self.handles[operation.handle] = self.find(path)
        if kind == "write":
            self.handles[operation.handle].writes.append((operation.offset, operation.data))
        if kind == "truncate":
            self.handles[operation.handle].writes.append((operation.offset, None))
        if kind == "sync" and sync:
            self.handles[operation.handle].sync()
        if kind == "rename":
            self.change((path, None), (operation.other, self.find(path)))
        if kind == "link":
            self.change((operation.other, self.find(path)))
        if kind == "unlink":
            self.change((path, None))
        if kind == "mkdir":
            self.change((path, Folder()))

    def left(self, names, content):
        """What a power cut leaves, as {path: bytes, or None for a folder}: names(folder), content(file) choose."""
        tree = {}
        collect(self.root, "", names, content, tree)
        return tree


def load(folder):
    node = Folder()
    for path in folder.iterdir():
        node.durable[path.name] = load(path) if path.is_dir() else File(path.read_bytes())
    return node


def collect(folder, prefix, names, content, tree):
    for name, node in names(folder).items():
        if isinstance(node, Folder):
            tree[prefix + name] = None
            collect(node, prefix + name + "/", names, content, tree)
        else:
            tree[prefix + name] = content(node)


def least(disk):
    """Nothing that was not synchronised."""
    return disk.left(lambda folder: folder.durable, lambda file: file.durable)


def names_only(disk):
    """All names, but no bytes that were not synchronised."""
    return disk.left(lambda folder: folder.names(), lambda file: file.durable)


def everything(disk):
    return disk.left(lambda folder: folder.names(), lambda file: file.content())


def mixed(disk, chance):
    """Of each folder the first so many changes; of each file so many writes, the next one torn or as zeros."""

    def some_names(folder):
        return folder.names(chance.randint(0, len(folder.changes)))

    def some_content(file):
        whole = chance.randint(0, len(file.writes))
        content, further = file.content(whole), file.content(whole + 1)
        if len(further) > len(content):
            tail = further[len(content):]
            content += chance.choice([b"", tail[:chance.randint(0, len(tail))], bytes(len(tail))])
        return content

    return disk.left(some_names, some_content)


def write_tree(tree, folder):
    folder.mkdir()
    for path, content in tree.items():  # folders come before what is in them
        if content is None:
            (folder / path).mkdir()
        else:
            (folder / path).write_bytes(content)
