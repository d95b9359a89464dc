/* Writes down, in order, what a process does to the files of one folder, so that it can be worked out later what a power cut would
 * have left at any moment. Preloaded; POWER_FOLDER names the folder, by its real path, and POWER_LOG the file that is appended to.
 *
 * A record is appended by one write after what it tells has been done, and before the caller hears of it: what happened before
 * something else, in whatever thread or process, stands before it. A sync tells how long the log was when it began: what was
 * written down meanwhile by others may not be on the disk. Records are read by tests/power/log.py.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST 65536
#define REAL(result, name, ...)                                                                                                            \
    static result (*real)(__VA_ARGS__);                                                                                                    \
    if (!real)                                                                                                                             \
        real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static unsigned char watched[MOST]; /* The descriptors of the folder and of its files. */
static int logged = -1;

struct __attribute__((packed)) record {
    char kind;
    uint64_t file, number; /* The inode; an offset, a size, or how long the log was. */
    uint32_t name, data;   /* How many bytes of each follow. */
};

static void die(const char *why) {
    ssize_t told = write(2, why, strlen(why));
    (void)told;
    abort();
}

static void note(char kind, uint64_t file, uint64_t number, const char *name, const void *data, size_t size) {
    int kept = errno;
    struct record head = {kind, file, number, name ? strlen(name) : 0, size};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)name, head.name}, {(void *)data, size}};
    if (writev(logged, parts, 3) != (ssize_t)(sizeof head + head.name + size))
        die("power: the log cannot be written\n");
    errno = kept;
}

/* The name of a file in the folder, "" for the folder itself, or NULL for what is elsewhere. */
static const char *within(const char *path) {
    static const char *folder;
    static size_t length;
    if (!folder) {
        if (!(folder = getenv("POWER_FOLDER")) || !getenv("POWER_LOG"))
            die("power: POWER_FOLDER and POWER_LOG are not set\n");
        length = strlen(folder);
        REAL(int, "open", const char *, int, ...);
        if ((logged = real(getenv("POWER_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) < 0)
            die("power: the log cannot be opened\n");
    }
    if (!path || strncmp(path, folder, length) || (path[length] && path[length] != '/'))
        return NULL;
    return path[length] ? path + length + 1 : path + length;
}

static int is_watched(int fd) { return fd >= 0 && fd < MOST && watched[fd]; }

static uint64_t inode(int fd) {
    struct stat found;
    return fstat(fd, &found) ? 0 : found.st_ino;
}

static int is_there(const char *path) {
    struct stat found;
    return !lstat(path, &found);
}

static int opened(int fd, const char *path, int flags, int was) {
    const char *name = within(path);
    if (fd >= 0 && fd < MOST)
        watched[fd] = name != NULL;
    if (fd < 0 || !name || !*name)
        return fd;
    if (!was)
        note('C', inode(fd), 0, name, NULL, 0);
    else if (flags & O_TRUNC)
        note('T', inode(fd), 0, NULL, NULL, 0);
    return fd;
}

#define OPEN(name, before, after, ...)                                                                                                     \
    int name(before const char *path, int flags, ...) {                                                                                    \
        REAL(int, #name, before const char *, int, ...);                                                                                   \
        va_list more;                                                                                                                      \
        va_start(more, flags);                                                                                                             \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0;                                                          \
        va_end(more);                                                                                                                      \
        int was = within(path) ? is_there(path) : 1;                                                                                       \
        return opened(real(after path, flags, mode), path, flags, was);                                                                    \
    }
#define COMMA ,
OPEN(open, , )
OPEN(open64, , )
OPEN(openat, int folder_fd COMMA, folder_fd COMMA)
OPEN(openat64, int folder_fd COMMA, folder_fd COMMA)

int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd) {
    REAL(int, "close", int);
    if (fd >= 0 && fd < MOST)
        watched[fd] = 0;
    return real(fd);
}

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    ssize_t done = real(fd, data, size);
    if (done > 0 && is_watched(fd))
        note('W', inode(fd), lseek(fd, 0, SEEK_CUR) - done, NULL, data, done);
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    ssize_t done = real(fd, parts, count), left = done;
    if (done > 0 && is_watched(fd)) {
        off_t at = lseek(fd, 0, SEEK_CUR) - done;
        for (int part = 0; part < count && left > 0; part++) {
            size_t size = parts[part].iov_len < (size_t)left ? parts[part].iov_len : (size_t)left;
            note('W', inode(fd), at, NULL, parts[part].iov_base, size);
            at += size, left -= size;
        }
    }
    return done;
}

#define PWRITE(name, offset)                                                                                                               \
    ssize_t name(int fd, const void *data, size_t size, offset at) {                                                                       \
        REAL(ssize_t, #name, int, const void *, size_t, offset);                                                                           \
        ssize_t done = real(fd, data, size, at);                                                                                           \
        if (done > 0 && is_watched(fd))                                                                                                    \
            note('W', inode(fd), at, NULL, data, done);                                                                                    \
        return done;                                                                                                                       \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define FTRUNCATE(name, offset)                                                                                                            \
    int name(int fd, offset size) {                                                                                                        \
        REAL(int, #name, int, offset);                                                                                                     \
        int failed = real(fd, size);                                                                                                       \
        if (!failed && is_watched(fd))                                                                                                     \
            note('T', inode(fd), size, NULL, NULL, 0);                                                                                     \
        return failed;                                                                                                                     \
    }
FTRUNCATE(ftruncate, off_t)
FTRUNCATE(ftruncate64, off64_t)

#define TRUNCATE(name, offset)                                                                                                             \
    int name(const char *path, offset size) {                                                                                              \
        REAL(int, #name, const char *, offset);                                                                                            \
        int failed = real(path, size);                                                                                                     \
        struct stat found;                                                                                                                 \
        if (!failed && within(path) && !stat(path, &found))                                                                                \
            note('T', found.st_ino, size, NULL, NULL, 0);                                                                                  \
        return failed;                                                                                                                     \
    }
TRUNCATE(truncate, off_t)
TRUNCATE(truncate64, off64_t)

/* Only what is synced is on the disk, and only once it is: sync_file_range and msync promise nothing that lasts, and are not looked at. */
#define SYNC(name)                                                                                                                         \
    int name(int fd) {                                                                                                                     \
        REAL(int, #name, int);                                                                                                             \
        off_t before = is_watched(fd) ? lseek(logged, 0, SEEK_END) : 0;                                                                    \
        int failed = real(fd);                                                                                                             \
        if (!failed && is_watched(fd))                                                                                                     \
            note('S', inode(fd), before, NULL, NULL, 0);                                                                                   \
        return failed;                                                                                                                     \
    }
SYNC(fsync)
SYNC(fdatasync)

static int removed(int failed, const char *path) {
    const char *name = within(path);
    if (!failed && name)
        note('U', 0, 0, name, NULL, 0);
    return failed;
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    return removed(real(path), path);
}

int unlinkat(int folder_fd, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    return removed(real(folder_fd, path, flags), path);
}

static int named(int failed, char kind, const char *old, const char *new) {
    const char *from = within(old), *to = within(new);
    if (!failed && !from != !to)
        die("power: a file came into the folder, or left it, by another name\n");
    if (!failed && from)
        note(kind, 0, 0, from, to, strlen(to));
    return failed;
}

int rename(const char *old, const char *new) {
    REAL(int, "rename", const char *, const char *);
    return named(real(old, new), 'R', old, new);
}

int renameat(int old_fd, const char *old, int new_fd, const char *new) {
    REAL(int, "renameat", int, const char *, int, const char *);
    return named(real(old_fd, old, new_fd, new), 'R', old, new);
}

int link(const char *old, const char *new) {
    REAL(int, "link", const char *, const char *);
    return named(real(old, new), 'L', old, new);
}

int linkat(int old_fd, const char *old, int new_fd, const char *new, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    return named(real(old_fd, old, new_fd, new, flags), 'L', old, new);
}

/* What is written to memory is not seen here. SQLite does so with its index of the WAL, which it makes anew after a cut. */
#define MMAP(name, offset)                                                                                                                 \
    void *name(void *at, size_t size, int rights, int flags, int fd, offset from) {                                                        \
        REAL(void *, #name, void *, size_t, int, int, int, offset);                                                                        \
        void *made = real(at, size, rights, flags, fd, from);                                                                              \
        if (made != MAP_FAILED && is_watched(fd) && (rights & PROT_WRITE) && (flags & MAP_SHARED))                                         \
            note('M', inode(fd), 0, NULL, NULL, 0);                                                                                        \
        return made;                                                                                                                       \
    }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)
