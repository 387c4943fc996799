internal import Glibc
internal import Linux

/// Whether a running process works in a folder, or has its path in a variable.
///
/// Only root can see the variables of other users' processes.
package func runs(in folder: String) -> Bool {
    let processes = (try? Files.list("/proc").filter { Int32($0) != nil }) ?? []
    return processes.contains { process in
        // For a process with its own mounts a chroot shows more of the path than its own part.
        workingFolder(of: process)?.hasSuffix(folder) == true
            || hasVariable(folder, process: process)
    }
}

private func workingFolder(of process: String) -> String? {
    var target = [CChar](repeating: 0, count: 512)
    let count = readlink("/proc/\(process)/cwd", &target, target.count)
    guard count > 0 else { return nil }
    return String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func hasVariable(_ text: String, process: String) -> Bool {
    let bytes = (try? Files.read("/proc/\(process)/environ", limitBytes: 1 << 16)) ?? []
    return bytes.split(separator: 0).contains { variable in
        variable.split(separator: UInt8(ascii: "="), maxSplits: 1).last.map(Array.init)
            == Array(text.utf8)
    }
}

/// Lets every user write to a folder.
package func makeOpenToAll(_ path: String) { chmod(path, 0o777) }
