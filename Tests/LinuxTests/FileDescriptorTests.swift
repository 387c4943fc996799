import Glibc
import Testing

@testable import Linux

@Suite("File descriptors")
struct FileDescriptorTests {
    @Test("bytes go through a pipe, and its end is empty")
    func throughPipe() throws {
        let pipe = try Pipe()
        try pipe.writer.writeAll([1, 2, 3])
        #expect(try pipe.reader.read(limit: 2) == [1, 2])
        #expect(try pipe.reader.read(limit: 2) == [3])
        let reader = pipe.intoReader()
        #expect(try reader.read(limit: 2) == [])
    }

    @Test("a non-blocking descriptor with nothing to read gives nil")
    func nothingYet() throws {
        let event = try EventFD()
        let descriptor = try FileDescriptor.duplicate(event.descriptor)
        #expect(try descriptor.read(limit: 8) == nil)
        #expect(descriptor.waitReadable(milliseconds: 0) == false)
        event.signal()
        #expect(descriptor.waitReadable(milliseconds: 0) == true)
        #expect(try descriptor.read(limit: 8)?.count == 8)
    }

    @Test("a duplicate is another number for the same file, past the standard streams")
    func duplicate() throws {
        let pipe = try Pipe()
        let second = try pipe.writer.duplicate()
        let (first, other) = (pipe.writer.rawValue, second.rawValue)
        #expect(first != other)
        #expect(other > 2)
        #expect(try second.write([7]) == 1)
        #expect(try pipe.reader.read(limit: 1) == [7])
    }

    @Test("a released descriptor stays open, an owned one is closed")
    func ownership() throws {
        let null = try FileDescriptor.null()
        let kept = try null.duplicate().release()
        #expect(fcntl(kept, F_GETFD) >= 0)
        close(kept)
        let pipe = try Pipe()
        do { _ = try pipe.writer.duplicate() }
        let reader = pipe.intoReader()
        // The end of the file comes only when no writing end is open any more.
        #expect(try reader.read(limit: 1) == [])
    }

    @Test("more than a pipe holds is written as it is read")
    func largeWrite() throws {
        let pipe = try Pipe()
        let writer = try pipe.writer.duplicate().release()
        _ = fcntl(writer, F_SETFL, O_NONBLOCK)
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        let thread = try OwnedThread(name: "writer", priority: .normal) {
            try? FileDescriptor(adopting: writer).writeAll(bytes)
        }
        let reader = pipe.intoReader()
        var received: [UInt8] = []
        while let chunk = try reader.read(limit: 50_000), !chunk.isEmpty { received += chunk }
        thread.join()
        #expect(received == bytes)
    }
}
