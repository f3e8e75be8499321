//! Builds the one binary, and has the steps that every change goes through: see `./zigw build --help`.

const std = @import("std");
const release = @import("deps/release.zig");
const Build = std.Build;
const Step = Build.Step;
const LazyPath = Build.LazyPath;

/// Every *.c of these is part of the program; adding a file needs no edit here.
const folders = [_][]const u8{ "base", "aws", "scanners", "store", "checks", "report", "cmd" };

/// Names for pkg-config, and for clang, which links the sanitized tests.
const libraries = [_][2][]const u8{
    .{ "libcurl", "-lcurl" },
    .{ "libcrypto", "-lcrypto" },
    .{ "sqlite3", "-lsqlite3" },
    .{ "jansson", "-ljansson" },
    .{ "expat", "-lexpat" },
    .{ "libcmark-gfm", "-lcmark-gfm -lcmark-gfm-extensions" },
    .{ "yaml-0.1", "-lyaml" },
    .{ "libzstd", "-lzstd" },
    .{ "zlib", "-lz" },
    .{ "xlsxwriter", "-lxlsxwriter" },
};

const flags = [_][]const u8{
    "-std=c11",              "-D_GNU_SOURCE", "-Wall",               "-Wextra",              "-Wshadow",
    "-Wvla",                 "-Werror",       "-Wstrict-prototypes", "-Wmissing-prototypes",
};

/// Folders that the binary carries: tools/embed.c makes each a table.
const Embedded = struct { table: []const u8, folder: []const u8, ending: []const u8, how: []const u8 };
const embedded = [_]Embedded{
    .{ .table = "aws_models", .folder = "aws/model", .ending = ".txt", .how = "packed" },
    .{ .table = "check_pages", .folder = "checks", .ending = ".md", .how = "plain" },
    .{ .table = "demo_fixtures", .folder = "fixtures/demo", .ending = "", .how = "packed" },
};

const asan_flags = [_][]const u8{ "-g", "-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all" };
const fuzz_flags = asan_flags ++ [_][]const u8{"-fsanitize=fuzzer-no-link"};

pub fn build(b: *Build) void {
    const target = b.resolveTargetQuery(.{ .cpu_model = .baseline });
    // What people build is what they run: quick, with traps for undefined behaviour.
    const wants_release = b.option(bool, "release", "Optimize; true unless said otherwise") orelse true;
    const optimize = b.option(std.builtin.OptimizeMode, "optimize", "Debug, ReleaseSafe, ReleaseFast or ReleaseSmall") orelse
        if (wants_release) .ReleaseSafe else std.builtin.OptimizeMode.Debug;

    var sources: std.ArrayList([]const u8) = .empty;
    for (folders) |folder| listFiles(b, &sources, folder, ".c", false);
    const main_file = "cmd/main.c";
    const version_file = "cmd/version.c";
    const others = without(b, without(b, sources.items, main_file), version_file);
    const commit = commitOf(b);
    const tables = embedTables(b);

    // Everything but main(), and the file that a commit changes, is one archive, which the unit tests share.
    const core = b.createModule(.{ .target = target, .optimize = optimize, .link_libc = true });
    core.addIncludePath(b.path("."));
    core.addCSourceFiles(.{ .files = others, .flags = &flags });
    for (tables) |table| core.addCSourceFile(.{ .file = table, .flags = &flags });
    const archive = b.addLibrary(.{ .name = "core", .root_module = core, .linkage = .static });

    const program = program: {
        const module = b.createModule(.{ .target = target, .optimize = optimize, .link_libc = true });
        module.addIncludePath(b.path("."));
        module.addCSourceFiles(.{ .files = &.{main_file}, .flags = &flags });
        module.addCSourceFile(.{ .file = b.path(version_file), .flags = &(flags ++ .{b.fmt("-DPLUMBLINE_COMMIT=\"{s}\"", .{commit})}) });
        linkAll(module, archive);
        break :program b.addExecutable(.{ .name = "plumbline", .root_module = module });
    };
    const installed = b.addInstallArtifact(program, .{});
    b.getInstallStep().dependOn(&installed.step);
    b.getInstallStep().dependOn(pageCheck(b, program, &installed.step));

    const demo = b.addRunArtifact(program);
    demo.addArgs(&.{ "demo", "--output", b.getInstallPath(.prefix, "demo") });
    demo.step.dependOn(&installed.step);
    b.step("demo", "Scan the built-in account; the reports are in zig-out/demo").dependOn(&demo.step);

    release.add(b, .{ .version = programVersion(b), .commit = commit, .sources = sources.items, .tables = tables, .flags = &flags });
    addTests(b, .{ .target = target, .optimize = optimize, .archive = archive, .sources = others, .tables = tables, .installed = installed });
}

/// The libraries are linked here and not to the archive, which would take them as members.
fn linkAll(module: *Build.Module, archive: *Step.Compile) void {
    module.linkLibrary(archive);
    for (libraries) |library| module.linkSystemLibrary(library[0], .{ .use_pkg_config = .force });
}

const Parts = struct {
    target: Build.ResolvedTarget,
    optimize: std.builtin.OptimizeMode,
    archive: *Step.Compile,
    sources: []const []const u8,
    tables: []const LazyPath,
    installed: *Step.InstallArtifact,
};

fn addTests(b: *Build, parts: Parts) void {
    var files: std.ArrayList([]const u8) = .empty;
    listFiles(b, &files, "tests", ".c", false);
    var suites: std.ArrayList([]const u8) = .empty;
    var tools: std.ArrayList([]const u8) = .empty;
    var fuzzers: std.ArrayList([]const u8) = .empty;
    for (files.items) |file| {
        const list = if (std.mem.startsWith(u8, file, "tests/fuzz_"))
            &fuzzers
        else if (std.mem.startsWith(u8, file, "tests/tool_"))
            &tools
        else
            &suites;
        list.append(b.allocator, file) catch @panic("OOM");
    }

    const unit = linked(b, parts, "unit", suites.items);
    unit.root_module.linkSystemLibrary("cunit", .{ .use_pkg_config = .force });

    // No suite calls the commands, which would want main().
    const tested = outside(b, parts.sources, "cmd/");
    const all_suites = std.mem.concat(b.allocator, []const u8, &.{ tested, suites.items }) catch @panic("OOM");
    const unit_asan = clangLink(b, "unit-asan", clangObjects(b, all_suites, parts.tables, &asan_flags), &.{ "-fsanitize=address,undefined", "-lcunit" });

    const tests = driver(b, parts, "test", "Run what every change must pass");
    tests.addPrefixedArtifactArg("--unit=", unit);
    tests.addPrefixedFileArg("--unit-asan=", unit_asan);
    const judge = driver(b, parts, "judge", "Run the slow tests and the foreign ones of ../shared");
    const bench = driver(b, parts, "bench", "Measure speed and memory");
    for (tools.items) |file| {
        const tool = linked(b, parts, std.fs.path.stem(file), &.{file});
        tests.addPrefixedArtifactArg("--tool=", tool);
        judge.addPrefixedArtifactArg("--tool=", tool);
        bench.addPrefixedArtifactArg("--tool=", tool);
    }

    const lint = python(b, &.{ "tests/lint.py", "--self-test" });
    b.step("lint", "Check the rules of the house: arrows, sizes, names, pages").dependOn(&lint.step);

    const fuzz = driver(b, parts, "fuzz", "Feed each parser random input for a while");
    const fuzz_objects = clangObjects(b, tested, parts.tables, &fuzz_flags);
    for (fuzzers.items) |file| {
        const name = std.fs.path.stem(file);
        const own = clangObject(b, b.path(file), file, &fuzz_flags);
        const objects = std.mem.concat(b.allocator, LazyPath, &.{ &.{own}, fuzz_objects }) catch @panic("OOM");
        fuzz.addPrefixedFileArg("--fuzzer=", clangLink(b, name, objects, &.{"-fsanitize=fuzzer,address,undefined"}));
    }
}

/// A program of tests/: these files and all of the product but its main().
fn linked(b: *Build, parts: Parts, name: []const u8, files: []const []const u8) *Step.Compile {
    const module = b.createModule(.{ .target = parts.target, .optimize = parts.optimize, .link_libc = true });
    module.addIncludePath(b.path("."));
    module.addCSourceFiles(.{ .files = files, .flags = &flags });
    linkAll(module, parts.archive);
    return b.addExecutable(.{ .name = name, .root_module = module });
}

/// A step that hands its name and the binaries to tests/run.py.
fn driver(b: *Build, parts: Parts, name: []const u8, about: []const u8) *Step.Run {
    const run = python(b, &.{ "tests/run.py", name });
    run.addArg(b.fmt("--binary={s}", .{b.getInstallPath(.bin, "plumbline")}));
    run.step.dependOn(&parts.installed.step);
    if (b.args) |args| run.addArgs(args);
    b.step(name, about).dependOn(&run.step);
    return run;
}

/// zigw made the environment; it has what tests/requirements.txt names.
fn python(b: *Build, args: []const []const u8) *Step.Run {
    const run = b.addSystemCommand(&.{b.pathFromRoot(".zig-cache/plumbline/tests/bin/python")});
    run.addArgs(args);
    run.setCwd(b.path("."));
    run.setEnvironmentVariable("PYTHONDONTWRITEBYTECODE", "1");
    run.stdio = .inherit;
    return run;
}

/// A page with a mistake stops the build. Runs again only when the binary, which holds the pages, is new.
fn pageCheck(b: *Build, program: *Step.Compile, after: *Step) *Step {
    const run = b.addSystemCommand(&.{ "sh", "-c", "\"$1\" checks test >\"$2\" 2>&1 || { cat \"$2\" >&2; exit 1; }", "pages" });
    run.setName("plumbline checks test");
    run.addArtifactArg(program);
    _ = run.addOutputFileArg("pages.txt");
    run.step.dependOn(after);
    return &run.step;
}

fn embedTables(b: *Build) []const LazyPath {
    const module = b.createModule(.{ .target = b.graph.host, .optimize = .ReleaseSafe, .link_libc = true });
    module.addCSourceFiles(.{ .files = &.{"tools/embed.c"}, .flags = &flags });
    module.linkSystemLibrary("libzstd", .{ .use_pkg_config = .force });
    const tool = b.addExecutable(.{ .name = "embed", .root_module = module });

    const tables = b.allocator.alloc(LazyPath, embedded.len) catch @panic("OOM");
    for (embedded, tables) |entry, *table| {
        const run = b.addRunArtifact(tool);
        run.setName(b.fmt("embed {s}", .{entry.folder}));
        table.* = run.addOutputFileArg(b.fmt("{s}.c", .{entry.table}));
        run.addArgs(&.{ entry.table, entry.folder, entry.ending, entry.how });
        run.setCwd(b.path("."));
        // The files are inputs one by one: nothing is made again unless one changed, came or went.
        var files: std.ArrayList([]const u8) = .empty;
        listFiles(b, &files, entry.folder, entry.ending, true);
        for (files.items) |file| run.addFileInput(b.path(file));
    }
    return tables;
}

/// Zig has no address sanitizer, so these objects are clang's, one command each, made again only when needed.
fn clangObjects(b: *Build, files: []const []const u8, tables: []const LazyPath, extra: []const []const u8) []const LazyPath {
    var objects: std.ArrayList(LazyPath) = .empty;
    for (files) |file| objects.append(b.allocator, clangObject(b, b.path(file), file, extra)) catch @panic("OOM");
    // Embedded files need no sanitizer, which would only make them slow.
    for (tables, embedded) |table, entry| objects.append(b.allocator, clangObject(b, table, entry.table, &.{})) catch @panic("OOM");
    return objects.items;
}

fn clangObject(b: *Build, file: LazyPath, name: []const u8, extra: []const []const u8) LazyPath {
    const run = b.addSystemCommand(&.{"clang"});
    run.setName(b.fmt("clang {s}", .{name}));
    run.addArgs(&flags);
    run.addArgs(extra);
    run.addPrefixedDirectoryArg("-I", b.path("."));
    run.addArgs(&.{ "-MMD", "-MF" });
    _ = run.addDepFileOutputArg("object.d");
    run.addArg("-o");
    const object = run.addOutputFileArg(b.fmt("{s}.o", .{std.fs.path.stem(name)}));
    run.addArg("-c");
    run.addFileArg(file);
    return object;
}

fn clangLink(b: *Build, name: []const u8, objects: []const LazyPath, extra: []const []const u8) LazyPath {
    const run = b.addSystemCommand(&.{"clang"});
    run.setName(b.fmt("clang {s}", .{name}));
    run.addArg("-o");
    const binary = run.addOutputFileArg(name);
    for (objects) |object| run.addFileArg(object);
    run.addArgs(extra);
    for (libraries) |library| {
        var words = std.mem.tokenizeScalar(u8, library[1], ' ');
        while (words.next()) |word| run.addArg(word);
    }
    run.addArg("-lm");
    return binary;
}

/// Adds the files of a folder that end so, by name; a missing folder has none.
fn listFiles(b: *Build, list: *std.ArrayList([]const u8), folder: []const u8, ending: []const u8, deep: bool) void {
    const io = b.graph.io;
    var dir = b.build_root.handle.openDir(io, folder, .{ .iterate = true }) catch return;
    defer dir.close(io);
    const start = list.items.len;
    var entries = dir.iterate();
    while (entries.next(io) catch |err| std.debug.panic("could not list {s}: {t}", .{ folder, err })) |entry| {
        if (entry.name[0] == '.') continue;
        const path = b.fmt("{s}/{s}", .{ folder, entry.name });
        if (entry.kind == .directory) {
            if (deep) listFiles(b, list, path, ending, true);
        } else if (std.mem.endsWith(u8, entry.name, ending)) {
            list.append(b.allocator, path) catch @panic("OOM");
        }
    }
    std.mem.sort([]const u8, list.items[start..], {}, lessThan);
}

/// What git calls the tree, or "unknown" where this is no checkout of its own.
fn commitOf(b: *Build) []const u8 {
    if (b.option([]const u8, "commit", "What version --verbose calls the commit; git's unless said otherwise")) |text| return text;
    var status: u8 = undefined;
    const git = b.fmt("--git-dir={s}", .{b.pathFromRoot(".git")});
    const tree = b.fmt("--work-tree={s}", .{b.pathFromRoot(".")});
    const words = [_][]const u8{ "git", git, tree, "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty" };
    const text = b.runAllowFail(&words, &status, .ignore) catch return "unknown";
    return std.mem.trim(u8, text, "\r\n");
}

/// The version that cmd/cmd.h states.
fn programVersion(b: *Build) []const u8 {
    const define = "#define PLUMBLINE_VERSION \"";
    const file = b.build_root.handle.readFileAlloc(b.graph.io, "cmd/cmd.h", b.allocator, .limited(1 << 20)) catch |err|
        std.debug.panic("could not read cmd/cmd.h: {t}", .{err});
    const start = define.len + (std.mem.indexOf(u8, file, define) orelse @panic("cmd/cmd.h states no PLUMBLINE_VERSION"));
    const end = std.mem.indexOfScalarPos(u8, file, start, '"') orelse @panic("cmd/cmd.h states no PLUMBLINE_VERSION");
    return file[start..end];
}

fn lessThan(_: void, a: []const u8, b: []const u8) bool {
    return std.mem.lessThan(u8, a, b);
}

fn outside(b: *Build, list: []const []const u8, folder: []const u8) []const []const u8 {
    var rest: std.ArrayList([]const u8) = .empty;
    for (list) |item| {
        if (!std.mem.startsWith(u8, item, folder)) rest.append(b.allocator, item) catch @panic("OOM");
    }
    return rest.items;
}

fn without(b: *Build, list: []const []const u8, name: []const u8) []const []const u8 {
    var rest: std.ArrayList([]const u8) = .empty;
    for (list) |item| {
        if (!std.mem.eql(u8, item, name)) rest.append(b.allocator, item) catch @panic("OOM");
    }
    return rest.items;
}
