/// Why a command ends without its work, where its usage is not what was wrong.
struct Complaint: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
