//! The static release: one file for each architecture, with every library built from Debian's source. See deps/README.md.

const std = @import("std");
const Build = std.Build;
const Step = Build.Step;
const LazyPath = Build.LazyPath;
const Module = Build.Module;

/// What the program is made of; the same files and flags as those of the development build.
pub const Program = struct {
    version: []const u8,
    /// What cmd/version.c prints.
    commit: []const u8,
    sources: []const []const u8,
    tables: []const LazyPath,
    flags: []const []const u8,
};

const Arch = enum {
    x86_64,
    aarch64,

    fn cpu(arch: Arch) std.Target.Cpu.Arch {
        return switch (arch) {
            .x86_64 => .x86_64,
            .aarch64 => .aarch64,
        };
    }
};

const pins = @embedFile("sources.tsv");
const kept_sources = ".zig-cache/plumbline/sources";

/// For every file of the release. FORTIFY is a matter of the C library's headers, and musl has none of it.
const hardening = [_][]const u8{
    "-fstack-protector-strong",
    "-fstack-clash-protection",
    // Nothing unwinds the stack; the tables were half a megabyte.
    "-fno-asynchronous-unwind-tables",
    "-fno-unwind-tables",
};
/// Theirs are not ours to warn of.
const library_flags = hardening ++ [_][]const u8{ "-std=gnu11", "-w", "-fno-strict-aliasing" };

/// A library that is built as C files. `includes` are folders of its source, `own` one of deps/include.
const Library = struct {
    name: []const u8,
    files: []const u8,
    includes: []const []const u8,
    /// Those of `includes` that its users see; also `own` where it has one.
    public: []const []const u8,
    own: bool = false,
    defines: []const []const u8 = &.{},
    only: []const []const u8 = &.{},
    without: []const []const u8 = &.{},
};

const libraries = [_]Library{
    .{
        .name = "cmark-gfm",
        .files = @embedFile("cmark-gfm.txt"),
        .includes = &.{ "src", "extensions" },
        .public = &.{ "src", "extensions" },
        .own = true,
    },
    .{
        .name = "curl",
        .files = @embedFile("curl.txt"),
        .includes = &.{ "lib", "include" },
        .public = &.{"include"},
        .own = true,
        .defines = &.{ "-DBUILDING_LIBCURL", "-DCURL_STATICLIB", "-DHAVE_CONFIG_H", "-DCURL_DISABLE_OPENSSL_AUTO_LOAD_CONFIG" },
        // Debian takes these two off again to build with OpenSSL.
        .without = &.{ "90_gnutls.patch", "99_nss.patch" },
    },
    .{
        .name = "expat",
        .files = @embedFile("expat.txt"),
        .includes = &.{"expat/lib"},
        .public = &.{"expat/lib"},
        .own = true,
    },
    .{
        .name = "jansson",
        .files = @embedFile("jansson.txt"),
        .includes = &.{"src"},
        .public = &.{"src"},
        .own = true,
        .defines = &.{"-DHAVE_CONFIG_H=1"},
    },
    .{
        .name = "libxlsxwriter",
        .files = @embedFile("libxlsxwriter.txt"),
        .includes = &.{ "include", "third_party/minizip" },
        .public = &.{"include"},
        .defines = &.{ "-D__FILE__=__FILE_NAME__", "-DNOCRYPT", "-DNOUNCRYPT", "-DUSE_NO_MD5" },
        .only = &.{ "include", "src", "third_party", "License.txt" },
    },
    .{
        .name = "libyaml",
        .files = @embedFile("libyaml.txt"),
        .includes = &.{ "src", "include" },
        .public = &.{"include"},
        .defines = &.{ "-DYAML_VERSION_MAJOR=0", "-DYAML_VERSION_MINOR=2", "-DYAML_VERSION_PATCH=5", "-DYAML_VERSION_STRING=\"0.2.5\"" },
    },
    .{
        .name = "sqlite",
        .files = "sqlite3.c",
        .includes = &.{"."},
        .public = &.{"."},
        // Debian's, less what the program does not use: FTS, R-trees, sessions, extensions.
        .defines = &.{
            "-DHAVE_FDATASYNC=1",                 "-DHAVE_GMTIME_R=1",             "-DHAVE_LOCALTIME_R=1",
            "-DHAVE_STRERROR_R=1",                "-DHAVE_USLEEP=1",               "-DHAVE_ISNAN=1",
            "-DSQLITE_DEFAULT_MEMSTATUS=1",       "-DSQLITE_ENABLE_COLUMN_METADATA", "-DSQLITE_ENABLE_DBSTAT_VTAB",
            "-DSQLITE_ENABLE_MATH_FUNCTIONS",     "-DSQLITE_ENABLE_STMTVTAB",      "-DSQLITE_LIKE_DOESNT_MATCH_BLOBS",
            "-DSQLITE_MAX_DEFAULT_PAGE_SIZE=32768", "-DSQLITE_MAX_SCHEMA_RETRY=25", "-DSQLITE_MAX_VARIABLE_NUMBER=250000",
            "-DSQLITE_OMIT_LOAD_EXTENSION",       "-DSQLITE_OMIT_LOOKASIDE",       "-DSQLITE_SECURE_DELETE",
            "-DSQLITE_SOUNDEX",                   "-DSQLITE_THREADSAFE=1",         "-DSQLITE_USE_URI",
        },
    },
    .{
        .name = "zlib",
        .files = @embedFile("zlib.txt"),
        .includes = &.{"."},
        .public = &.{"."},
        .defines = &.{"-DHAVE_UNISTD_H"},
    },
    .{
        .name = "zstd",
        .files = @embedFile("zstd.txt"),
        .includes = &.{"lib"},
        .public = &.{"lib"},
        .defines = &.{"-DZSTD_DISABLE_ASM"},
    },
};

/// The sources of all libraries, unpacked once for both architectures; each is a step that runs only for a release.
const Sources = struct {
    b: *Build,
    folders: [libraries.len]LazyPath,
    openssl: LazyPath,
    jemalloc: LazyPath,

    fn init(b: *Build) Sources {
        var sources: Sources = .{
            .b = b,
            .folders = undefined,
            .openssl = unpacked(b, "openssl", &.{}, &.{}),
            .jemalloc = unpacked(b, "jemalloc", &.{}, &.{}),
        };
        for (libraries, &sources.folders) |library, *folder| {
            folder.* = unpacked(b, library.name, library.only, library.without);
            if (std.mem.eql(u8, library.name, "sqlite")) folder.* = oneFile(b, folder.*);
        }
        return sources;
    }

    fn of(sources: Sources, name: []const u8) LazyPath {
        for (libraries, sources.folders) |library, folder| {
            if (std.mem.eql(u8, library.name, name)) return folder;
        }
        @panic("no such library");
    }
};

fn unpacked(b: *Build, name: []const u8, only: []const []const u8, without: []const []const u8) LazyPath {
    const run = b.addSystemCommand(&.{"python3"});
    run.setName(b.fmt("fetch {s}", .{name}));
    run.addFileArg(b.path("deps/fetch.py"));
    run.addArgs(&.{ "--keep", b.pathFromRoot(kept_sources), "--output" });
    const folder = run.addOutputDirectoryArg(name);
    for (only) |path| run.addArgs(&.{ "--only", path });
    for (without) |patch| run.addArgs(&.{ "--without", patch });
    var lines = std.mem.tokenizeScalar(u8, pins, '\n');
    while (lines.next()) |line| {
        const tab = std.mem.indexOfScalar(u8, line, '\t') orelse continue;
        if (std.mem.eql(u8, line[0..tab], name)) run.addArg(line);
    }
    return folder;
}

fn oneFile(b: *Build, source: LazyPath) LazyPath {
    const run = b.addSystemCommand(&.{"sh"});
    run.setName("make sqlite3.c");
    run.addFileArg(b.path("deps/sqlite.sh"));
    run.addArg(b.graph.zig_exe);
    run.addDirectoryArg(source);
    return run.addOutputDirectoryArg("sqlite-one-file");
}

/// One architecture's libraries and program.
const Release = struct {
    b: *Build,
    target: Build.ResolvedTarget,
    sources: Sources,
    openssl: LazyPath,
    jemalloc: LazyPath,

    /// A library that its own configuration makes: deps/NAME.sh ZIG ARCH SOURCE OUTPUT FLAGS...
    fn made(release: Release, name: []const u8, source: LazyPath, size: []const u8) LazyPath {
        const b = release.b;
        const arch = @tagName(release.target.result.cpu.arch);
        const run = b.addSystemCommand(&.{"sh"});
        run.setName(b.fmt("make {s} {s}", .{ name, arch }));
        run.addFileArg(b.path(b.fmt("deps/{s}.sh", .{name})));
        run.addArgs(&.{ b.graph.zig_exe, arch });
        run.addDirectoryArg(source);
        const output = run.addOutputDirectoryArg(b.fmt("{s}-made", .{name}));
        run.addArgs(&hardening);
        run.addArgs(&.{ size, "-g0", "-fPIC", "-w", "-fno-sanitize=undefined", "-ffunction-sections", "-fdata-sections" });
        return output;
    }

    fn addPublic(release: Release, module: *Module, name: []const u8) void {
        for (libraries) |library| {
            if (!std.mem.eql(u8, library.name, name)) continue;
            if (library.own) module.addSystemIncludePath(release.b.path(release.b.fmt("deps/include/{s}", .{name})));
            for (library.public) |path| module.addSystemIncludePath(release.sources.of(name).path(release.b, path));
        }
    }

    fn addLibrary(release: Release, library: Library) *Step.Compile {
        const b = release.b;
        const source = release.sources.of(library.name);
        const module = b.createModule(.{
            .target = release.target,
            .optimize = .ReleaseFast,
            .link_libc = true,
            .sanitize_c = .off,
            .stack_protector = true,
            .unwind_tables = .none,
            .strip = true,
            .pic = true,
        });
        if (library.own) module.addIncludePath(b.path(b.fmt("deps/include/{s}", .{library.name})));
        for (library.includes) |path| module.addIncludePath(source.path(b, path));
        if (std.mem.eql(u8, library.name, "libxlsxwriter")) release.addPublic(module, "zlib");
        if (std.mem.eql(u8, library.name, "curl")) module.addIncludePath(release.openssl.path(b, "include"));
        const flags = std.mem.concat(b.allocator, []const u8, &.{ &library_flags, library.defines }) catch @panic("OOM");
        module.addCSourceFiles(.{ .root = source, .files = linesOf(b, library.files), .flags = flags });
        const archive = b.addLibrary(.{ .name = library.name, .root_module = module, .linkage = .static });
        archive.link_function_sections = true;
        archive.link_data_sections = true;
        return archive;
    }

    fn addProgram(release: Release, program: Program) *Step.Compile {
        const b = release.b;
        const module = b.createModule(.{
            .target = release.target,
            .optimize = .ReleaseSafe,
            .link_libc = true,
            .stack_protector = true,
            .unwind_tables = .none,
            .strip = true,
            .pic = true,
        });
        // No path of the machine that built it ends up in the file.
        const prefix = b.fmt("-ffile-prefix-map={s}/=", .{b.pathFromRoot(".")});
        const own = [_][]const u8{ prefix, "-DCURL_STATICLIB" };
        const flags = std.mem.concat(b.allocator, []const u8, &.{ program.flags, &hardening, &own }) catch @panic("OOM");
        module.addIncludePath(b.path("."));
        module.addSystemIncludePath(release.openssl.path(b, "include"));
        for (program.sources) |file| {
            const is_version = std.mem.eql(u8, file, "cmd/version.c");
            const told = [_][]const u8{
                "-DPLUMBLINE_STATIC",
                "-DPLUMBLINE_ALLOCATOR=\"jemalloc " ++ comptime versionOf("jemalloc") ++ "\"",
                b.fmt("-DPLUMBLINE_COMMIT=\"{s}\"", .{program.commit}),
            };
            const all = if (is_version) std.mem.concat(b.allocator, []const u8, &.{ flags, &told }) catch @panic("OOM") else flags;
            module.addCSourceFile(.{ .file = b.path(file), .flags = all });
        }
        module.addCSourceFiles(.{ .files = &.{"deps/tmpfile.c"}, .flags = flags });
        const plain = std.mem.concat(b.allocator, []const u8, &.{ flags, &.{ "-fno-builtin", "-O2" } }) catch @panic("OOM");
        module.addCSourceFiles(.{ .files = &.{"deps/strings.c"}, .flags = plain });
        for (program.tables) |table| module.addCSourceFile(.{ .file = table, .flags = flags });
        for (libraries) |library| {
            release.addPublic(module, library.name);
            module.linkLibrary(release.addLibrary(library));
        }
        module.addObjectFile(release.jemalloc.path(b, "libjemalloc.a"));
        module.addObjectFile(release.openssl.path(b, "libssl.a"));
        module.addObjectFile(release.openssl.path(b, "libcrypto.a"));
        const exe = b.addExecutable(.{ .name = "plumbline", .root_module = module, .linkage = .static });
        exe.link_gc_sections = true;
        exe.pie = true;
        return exe;
    }
};

/// The upstream version that is pinned.
fn versionOf(comptime name: []const u8) []const u8 {
    @setEvalBranchQuota(100_000);
    const row = "\n" ++ name ++ "\t" ++ name ++ "\t";
    const start = row.len + std.mem.indexOf(u8, pins, row).?;
    return pins[start..std.mem.indexOfScalarPos(u8, pins, start, '-').?];
}

fn linesOf(b: *Build, text: []const u8) []const []const u8 {
    var list: std.ArrayList([]const u8) = .empty;
    var lines = std.mem.tokenizeScalar(u8, text, '\n');
    while (lines.next()) |line| list.append(b.allocator, line) catch @panic("OOM");
    return list.items;
}

/// Adds the step "release".
pub fn add(b: *Build, program: Program) void {
    const step = b.step("release", "Make the static files in zig-out/release; -Dverify proves that they can be made again");
    const only = b.option(Arch, "arch", "release: this architecture alone");
    const wants_proof = b.option(bool, "verify", "release: build again in another folder, and compare") orelse false;
    const proof = b.addSystemCommand(&.{"python3"});
    const package = b.addSystemCommand(&.{ "python3", b.pathFromRoot("deps/package.py"), "--zig", b.graph.zig_exe });
    const sources: Sources = .init(b);
    for (std.enums.values(Arch)) |arch| {
        if (only) |chosen| if (arch != chosen) continue;
        const target = b.resolveTargetQuery(.{ .cpu_arch = arch.cpu(), .os_tag = .linux, .abi = .musl, .cpu_model = .baseline });
        var release: Release = .{ .b = b, .target = target, .sources = sources, .openssl = undefined, .jemalloc = undefined };
        // Small, since what counts of its speed is in assembler.
        release.openssl = release.made("openssl", sources.openssl, "-Os");
        release.jemalloc = release.made("jemalloc", sources.jemalloc, "-O2");
        const exe = release.addProgram(program);
        const name = b.fmt("plumbline-{s}-linux-{t}", .{ program.version, arch });
        const installed = b.addInstallFileWithDir(exe.getEmittedBin(), .{ .custom = "release" }, name);
        package.step.dependOn(&installed.step);
    }
    package.setName("package the static files");
    package.addArgs(&.{ "--release", b.getInstallPath(.prefix, "release") });
    if (only) |chosen| package.addArgs(&.{ "--only", @tagName(chosen) });
    package.stdio = .inherit;
    step.dependOn(&package.step);
    step.dependOn(comparison(b));
    proof.step.dependOn(&package.step);
    proof.setName("build again and compare");
    proof.addArgs(&.{ b.pathFromRoot("deps/verify.py"), "--zig", b.graph.zig_exe, "--root", b.pathFromRoot(".") });
    proof.addArgs(&.{ "--release", b.getInstallPath(.prefix, "release"), "--", b.fmt("-Dcommit={s}", .{program.commit}) });
    if (only) |chosen| proof.addArg(b.fmt("-Darch={t}", .{chosen}));
    proof.stdio = .inherit;
    if (wants_proof) step.dependOn(&proof.step);
}

/// Told each time, since the libraries of the system can be others than yesterday.
fn comparison(b: *Build) *Step {
    const run = b.addSystemCommand(&.{ "python3", b.pathFromRoot("deps/compare.py"), "--sources", b.pathFromRoot("deps/sources.tsv") });
    run.setName("compare with the development build");
    run.addArgs(&.{ "--output", b.getInstallPath(.prefix, "release/DIFFERENCES.txt") });
    run.stdio = .inherit;
    return &run.step;
}
