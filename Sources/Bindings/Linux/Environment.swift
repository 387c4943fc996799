private import CLinux
private import Glibc

/// The environment variables of this process.
///
/// ## Concurrency
/// Reading is safe on every thread while nothing writes: call `set` only at the very start of a
/// program, before other threads exist, because C libraries read the environment without a lock.
package enum Environment {
    /// A variable's value; nil when it is not set.
    ///
    /// The corresponding C function is `getenv`.
    package static func get(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// Sets a variable, or removes it with nil.
    ///
    /// The corresponding C functions are `setenv` and `unsetenv`.
    package static func set(_ name: String, to value: String?) {
        if let value { _ = setenv(name, value, 1) } else { _ = unsetenv(name) }
    }

    /// All variables.
    package static func all() -> [String: String] {
        var result: [String: String] = [:]
        var next = martlet_environment()
        while let entry = next?.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                result[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next = next?.successor()
        }
        return result
    }
}
