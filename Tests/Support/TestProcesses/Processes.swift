internal import Glibc
internal import Linux

/// Whether a process that has not ended works in a folder.
package func runs(in folder: String) -> Bool {
    let processes = (try? Files.list("/proc").filter { Int32($0) != nil }) ?? []
    return processes.contains { process in
        var target = [CChar](repeating: 0, count: 512)
        let count = readlink("/proc/\(process)/cwd", &target, target.count)
        return count > 0
            && String(
                decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
                == folder
    }
}

/// Lets every user write a folder.
package func makeOpenToAll(_ path: String) { chmod(path, 0o777) }
