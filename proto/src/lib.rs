//! The wire format: gRPC services of Consilium, compiled from proto/consilium/v1.
